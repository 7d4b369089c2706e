package io.sightline.ingest.loader;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.testing.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** A tiny tree of the layout of a benchmark set. */
record BenchmarkTree(Path root) {

    static final byte[] PNG = TestImages.png(4, 4, 1);

    /** Writes a text of some lines. */
    Path text(String path, String... lines) throws IOException {
        return Files.write(created(path), List.of(lines));
    }

    /** Writes an image. */
    void image(String path) throws IOException {
        Files.write(created(path), PNG);
    }

    /** All that a set says of its images. */
    List<Said> said() throws IOException {
        try (Dataset dataset = Dataset.open(root)) {
            return dataset.images().stream()
                    .map(image -> new Said(image.id(), image.label(), image.split(), image.tags()))
                    .toList();
        }
    }

    void assertMalformed(String... said) {
        assertThatThrownBy(() -> Dataset.open(root))
                .isInstanceOf(MalformedAnnotationException.class)
                .hasMessageContainingAll(said)
                .hasMessageContaining("correct it, or fetch the file again");
    }

    void assertRefused(String... said) {
        assertThatThrownBy(() -> Dataset.open(root))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(MalformedAnnotationException.class)
                .hasMessageContainingAll(said);
    }

    private Path created(String path) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        return file;
    }
}
