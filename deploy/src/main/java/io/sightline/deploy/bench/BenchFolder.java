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
record BenchFolder(Path path) implements AutoCloseable {

    static BenchFolder create(String name) throws IOException {
        return new BenchFolder(Files.createTempDirectory("sightline-bench-" + name + "-"));
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
