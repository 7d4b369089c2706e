package io.sightline.deploy;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.stack.Stack;
import io.sightline.deploy.stack.StackSettings;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.artifact.SpaceMap;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.testing.TestImages;
import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.ingest.loader.LabelPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A version that is compatible with the active one embeds queries before its own gallery is filled, and says so. */
class CompatibleSearchIT {

    private static final int K = 5;

    @TempDir
    Path directory;

    private final Set<String> mappedFrom = new HashSet<>();
    private int verified;

    @Test
    void shouldSearchTheOldGalleryThroughTheMapUntilTheNewOneIsFilled() throws Exception {
        StackSettings settings = Stacks.quick(directory, draft -> draft.compatible = OptionalDouble.of(-1));
        List<DatasetImage> images = Drawings.of(20, 20);
        try (Stack stack = Stack.start(settings, what -> {});
                SearchClient client = new SearchClient(stack.searchUrl());
                BulkLoader loader = new BulkLoader(URI.create(stack.ingestUrl()), 4)) {
            loader.load(images, LabelPolicy.ALL, () -> {});
            byte[] query = TestImages.png(40, 40, 7);
            // Later galleries are whole when they answer, but the first one grows before it does.
            Waits.until("a whole gallery", client, () -> {
                JsonNode status = client.get("/v1/status");
                return status.path("images")
                                .path(status.path("active").asText(""))
                                .asInt()
                        == images.size();
            });

            // Until a version that embedded queries for the one before has become the one that answers.
            await().atMost(Waits.ROUNDS)
                    .pollInterval(Duration.ofMillis(20))
                    .ignoreExceptionsMatching(CompatibleSearchIT::isBetweenVersions)
                    .until(() -> {
                        SearchClient.Answer answer = client.search(query, K, Map.of(), "");
                        assertThat(answer.neighbours())
                                .allMatch(hit -> hit.version().equals(answer.version()));
                        if (!answer.mappedFrom().isEmpty()) {
                            mappedFrom.add(answer.mappedFrom());
                            verify(client, query, answer);
                        }
                        return verified > 0 && mappedFrom.contains(answer.version());
                    });
        }
    }

    /** Before the first version is active, and when the active version changes between two requests. */
    private static boolean isBetweenVersions(Throwable e) {
        return e instanceof SearchClient.RefusedException refused
                && (refused.status() == 503 || refused.status() == 409);
    }

    /** The same by hand: the newer network, the map, and a search by vector in the older space. */
    private void verify(SearchClient client, byte[] query, SearchClient.Answer answer) throws Exception {
        JsonNode model = client.get("/v1/models/" + answer.mappedFrom());
        assertThat(model.path("compatibleWith").asText()).isEqualTo(answer.version());
        ModelArtifact artifact = ModelArtifact.open(
                URI.create(model.path("artifactUri").asText()),
                model.path("manifestSha256").asText());
        float[] vector;
        try (EmbeddingModel network = EmbeddingModel.load(artifact);
                Preprocessor preprocessor =
                        new Preprocessor(network.descriptor().preprocessing(), ImageLimits.DEFAULT)) {
            vector = network.embed(preprocessor.pixels(query));
        }
        List<Float> mapped = new ArrayList<>();
        for (float x : SpaceMap.read(artifact, answer.version()).apply(vector)) {
            mapped.add(x);
        }
        SearchClient.Answer byVector = client.search(Map.of("vector", mapped, "version", answer.version(), "k", K));
        assertThat(byVector.mappedFrom()).isEmpty();
        for (int i = 0; i < K; i++) {
            assertThat(answer.neighbours().get(i).score())
                    .isCloseTo(byVector.neighbours().get(i).score(), within(1e-4));
        }
        verified++;
    }
}
