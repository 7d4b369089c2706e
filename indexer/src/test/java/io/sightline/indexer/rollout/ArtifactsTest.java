package io.sightline.indexer.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sightline.embedder.artifact.ArtifactUnavailableException;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.testing.TestModels;
import io.sightline.embedder.versions.Cause;
import io.sightline.embedder.versions.Decision;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactsTest {

    @TempDir
    Path root;

    private Path folder;
    private ModelEvent event;

    @SuppressWarnings("NullAway.Init") // Written before each test.
    ArtifactsTest() {}

    @BeforeEach
    void write() {
        ModelArtifact artifact = TestModels.write(root.resolve("models"), "v1", Preprocessing.DRAWING, 8, 1);
        folder = artifact.directory();
        event = TestModels.event(artifact, Instant.now());
    }

    @Test
    void shouldTakeAGoodArtifact() {
        assertThat(stage().to()).isEqualTo(ModelStatus.STAGED);
        assertThat(activate().to()).isEqualTo(ModelStatus.ACTIVE);
    }

    /** A volume that is not mounted, and a file that the store does not give away now. */
    @ParameterizedTest
    @ValueSource(strings = {".", "manifest.json", "model.json", "saved_model.pb", "canaries.bin"})
    void shouldDecideNothingWhileTheArtifactCannotBeRead(String name) throws IOException {
        Path file = folder.resolve(name).normalize();
        Path away = Files.move(file, root.resolve("away"));
        if (!name.equals(".")) {
            // A link to itself cannot be read, by nobody, and is not missing either.
            Files.createSymbolicLink(file, file);
        }

        assertThatExceptionOfType(ArtifactUnavailableException.class).isThrownBy(this::stage);
        assertThatExceptionOfType(ArtifactUnavailableException.class).isThrownBy(this::activate);

        Files.deleteIfExists(file);
        Files.move(away, file);
        assertThat(stage().to()).isEqualTo(ModelStatus.STAGED);
        assertThat(activate().to()).isEqualTo(ModelStatus.ACTIVE);
    }

    @Test
    void shouldTryAgainNotBeforeAWhileAndThenGoOn() throws IOException {
        Path away = Files.move(folder, root.resolve("away"));
        AtomicLong now = new AtomicLong();
        Artifacts artifacts = new Artifacts(now::get);
        assertThat(artifacts.toStage(event, Cause.ITS_TURN, "")).isEmpty();
        Files.move(away, folder);

        now.addAndGet(Artifacts.FIRST_RETRY.toNanos() - 1);
        assertThat(artifacts.toStage(event, Cause.ITS_TURN, "")).isEmpty();
        now.incrementAndGet();
        Optional<Decision> decided = artifacts.toStage(event, Cause.ITS_TURN, "");
        assertThat(decided.orElseThrow().to()).isEqualTo(ModelStatus.STAGED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"manifest.json", "model.json", "saved_model.pb", "canaries.bin"})
    void shouldRejectAnArtifactThatIsWrong(String name) throws IOException {
        Path file = folder.resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertRefused(name + " has SHA-256");

        Files.delete(file);
        assertRefused(name + " is missing from the artifact");
    }

    @ParameterizedTest
    @ValueSource(strings = {"no uri", "relative", "http://[", "file:///models?x=1"})
    void shouldRejectAnArtifactThatIsNowhere(String uri) {
        event = ModelEvent.newBuilder(event).setArtifactUri(uri).build();

        assertRefused("'" + uri + "' is no folder of an artifact");
    }

    private void assertRefused(String why) {
        for (Decision decision : new Decision[] {stage(), activate()}) {
            assertThat(decision.to()).isEqualTo(ModelStatus.REJECTED);
            assertThat(decision.cause()).isEqualTo(Cause.ARTIFACT_REFUSED);
            assertThat(decision.reason()).contains(why);
        }
    }

    private Decision stage() {
        return Artifacts.stage(event, Cause.ITS_TURN, "");
    }

    private Decision activate() {
        return Artifacts.activate(event, Cause.GATES_PASSED, "");
    }
}
