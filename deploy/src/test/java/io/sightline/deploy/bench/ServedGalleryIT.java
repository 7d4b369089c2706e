package io.sightline.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real broker and registry; the registry is a child of this process. */
@Timeout(600)
class ServedGalleryIT {

    @TempDir
    Path directory;

    @Test
    void shouldLeaveNothingRunningWhenALaterStepFails() throws Exception {
        // Where the artifacts are to be written is no folder.
        Files.writeString(directory.resolve("models"), "a file");
        long before = ProcessHandle.current().children().count();

        assertThatThrownBy(() -> new ServedGallery(directory, new float[][] {{1, 0, 0, 0, 0, 0, 0, 0}}))
                .hasStackTraceContaining("models");

        assertThat(ProcessHandle.current().children().count()).isEqualTo(before);
    }
}
