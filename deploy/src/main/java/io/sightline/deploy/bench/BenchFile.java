package io.sightline.deploy.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Where the figures of a measurement go. */
public final class BenchFile {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private BenchFile() {}

    /** Writes figures as JSON and says where. */
    public static void write(Path file, Map<String, ?> figures, PrintStream out) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), figures);
        out.println("\nwritten to " + file);
    }
}
