package io.sightline.deploy.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A temporary folder that goes when it is closed, once.
 *
 * @param path where it lies
 */
public record BenchFolder(Path path) implements AutoCloseable {

    /** Makes one whose name begins like this. */
    public static BenchFolder create(String name) throws IOException {
        return new BenchFolder(Files.createTempDirectory("sightline-bench-" + name + "-"));
    }

    @Override
    public void close() throws IOException {
        delete(path);
    }

    /** Removes a folder with all that is in it. */
    public static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
