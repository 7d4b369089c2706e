package io.sightline.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.client.SearchClient;
import io.sightline.embedder.artifact.ModelArtifact;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where the search API is. */
final class SearchOptions {

    @Option(names = "--url", description = "Address of the search API (default: ${DEFAULT-VALUE}).")
    private String url = "http://127.0.0.1:19090";

    @Mixin
    private ApiAccessOptions access = new ApiAccessOptions();

    /** A client of it. */
    SearchClient client() throws IOException {
        return new SearchClient(url, access.access());
    }

    /**
     * The artifact of a version.
     *
     * @param version one that the search API knows, or the folder of one
     */
    ModelArtifact artifact(String version) throws IOException, InterruptedException {
        if (ModelArtifact.liesIn(Path.of(version))) {
            return ModelArtifact.open(Path.of(version));
        }
        try (SearchClient client = client()) {
            JsonNode model = client.get(ModelsCommand.path(version));
            return ModelArtifact.open(
                    URI.create(model.path("artifactUri").asText()),
                    model.path("manifestSha256").asText());
        }
    }
}
