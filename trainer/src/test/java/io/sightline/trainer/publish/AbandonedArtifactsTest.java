package io.sightline.trainer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AbandonedArtifactsTest {

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final Duration OLD = AbandonedArtifacts.SAFE_AGE.plusSeconds(1);
    private static final String PUBLISHED = "v7-0123456789ab";
    private static final String ABANDONED = "v7-ba9876543210";
    private static final String HALF_WRITTEN = ".v8-aaaaaaaaaaaa.tmp";

    @TempDir
    Path models;

    @Test
    void shouldRemoveWhatNobodyNamesAndNothingElse() throws IOException {
        folder(PUBLISHED, OLD);
        folder(ABANDONED, OLD);
        folder(HALF_WRITTEN, OLD);

        assertThat(remove("topic")).containsExactlyInAnyOrder(ABANDONED, HALF_WRITTEN);

        assertThat(models.resolve(ABANDONED)).doesNotExist();
        assertThat(models.resolve(HALF_WRITTEN)).doesNotExist();
        assertThat(models.resolve(PUBLISHED).resolve("variables/data")).exists();
        assertThat(remove("topic")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {ABANDONED, HALF_WRITTEN})
    void shouldLeaveWhatAnotherProcessMayBeWriting(String name) throws IOException {
        folder(name, OLD);
        // A single file of it is young, however deep.
        age(models.resolve(name).resolve("variables/data"), AbandonedArtifacts.SAFE_AGE.minusSeconds(1));

        assertThat(remove("topic")).isEmpty();
        assertThat(models.resolve(name).resolve("variables/data")).exists();
    }

    /** Its event may not be decodable here, or not be written yet. */
    @Test
    void shouldLeaveAnArtifactOfAVersionThatNobodyKnows() throws IOException {
        folder("v8-0123456789ab", OLD);

        assertThat(remove("topic")).isEmpty();
        assertThat(models.resolve("v8-0123456789ab")).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v7", "v7-mine", "backbones", "v7-0123456789AB", ".v7-report.tmp"})
    void shouldLeaveWhatHasAnotherName(String name) throws IOException {
        folder(name, OLD);

        assertThat(remove("topic")).isEmpty();
        assertThat(models.resolve(name)).exists();
    }

    @Test
    void shouldLeaveAllWhereAnotherClusterPublishesToo() throws IOException {
        folder(ABANDONED, OLD);
        note("topic of another cluster", OLD);
        assertThat(remove("topic of another cluster")).containsExactly(ABANDONED);

        folder(ABANDONED, OLD);
        assertThat(remove("topic")).isEmpty();
        age(models.resolve(AbandonedArtifacts.TOPICS), OLD);
        assertThat(remove("topic")).isEmpty();
        assertThat(remove("topic of another cluster")).isEmpty();
        assertThat(models.resolve(ABANDONED)).exists();

        Files.delete(models.resolve(AbandonedArtifacts.TOPICS));
        note("topic", OLD);
        assertThat(remove("topic")).containsExactly(ABANDONED);
    }

    /** A trainer of another cluster may write here that has not said so yet. */
    @Test
    void shouldLeaveAllUntilItsOwnNoteIsOld() throws IOException {
        folder(ABANDONED, OLD);

        assertThat(new AbandonedArtifacts(models, announced("topic")).remove(NOW))
                .isEmpty();
        Path note = models.resolve(AbandonedArtifacts.TOPICS);
        assertThat(note).hasContent("topic");

        age(note, AbandonedArtifacts.SAFE_AGE.minusSeconds(1));
        assertThat(remove("topic")).isEmpty();
        assertThat(models.resolve(ABANDONED)).exists();

        age(note, OLD);
        assertThat(remove("topic")).containsExactly(ABANDONED);
    }

    @Test
    void shouldFindNothingInAFolderThatIsNotThereYet() throws IOException {
        AnnouncedArtifacts nothing = new AnnouncedArtifacts("topic", Map.of());

        assertThat(new AbandonedArtifacts(models.resolve("missing"), nothing).remove(NOW))
                .isEmpty();
    }

    /** As a trainer does whose note is old unless the test says otherwise. */
    private List<String> remove(String topic) throws IOException {
        if (!Files.exists(models.resolve(AbandonedArtifacts.TOPICS))) {
            note(topic, OLD);
        }
        return new AbandonedArtifacts(models, announced(topic)).remove(NOW);
    }

    private static AnnouncedArtifacts announced(String topic) {
        return new AnnouncedArtifacts(topic, Map.of("v7", Set.of(PUBLISHED)));
    }

    private void note(String topic, Duration age) throws IOException {
        Path note = models.resolve(AbandonedArtifacts.TOPICS);
        Files.writeString(note, topic + "\n");
        age(note, age);
    }

    private void folder(String name, Duration age) throws IOException {
        Path folder = models.resolve(name);
        Files.createDirectories(folder.resolve("variables"));
        Files.writeString(folder.resolve("saved_model.pb"), "graph");
        Files.writeString(folder.resolve("variables/data"), "weights");
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                age(file, age);
            }
        }
    }

    private static void age(Path file, Duration age) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(NOW.minus(age)));
    }
}
