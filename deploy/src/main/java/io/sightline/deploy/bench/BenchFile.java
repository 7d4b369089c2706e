package io.sightline.deploy.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Where a benchmark's figures go. */
final class BenchFile {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private BenchFile() {}

    /** Writes figures as JSON and says where. */
    static void write(Path file, Map<String, ?> figures, PrintStream out) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), figures);
        out.println("\nwritten to " + file);
    }
}
