package io.sightline.trainer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The golden vectors and image sets, read in place; tests skip where they are absent. */
public final class GoldenData {

    private GoldenData() {}

    /** The data folder: SIGHTLINE_DATA, else beside the checkout. */
    public static Path folder() {
        String configured = System.getenv().getOrDefault("SIGHTLINE_DATA", System.getProperty("sightline.data", ""));
        Path folder = Path.of(configured);
        assumeTrue(
                Files.isDirectory(folder),
                () -> "no data in '" + configured
                        + "': set SIGHTLINE_DATA to the folder with golden/ and the image sets");
        return folder;
    }

    /** The cases of a golden file. */
    public static JsonNode golden(String name) throws IOException {
        return new ObjectMapper().readTree(file("golden/" + name).toFile());
    }

    /** A file of the data. */
    public static Path file(String name) {
        return folder().resolve(name);
    }

    public static double[] vector(JsonNode node) {
        double[] values = new double[node.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = node.get(i).asDouble();
        }
        return values;
    }

    public static double[][] matrix(JsonNode node) {
        double[][] values = new double[node.size()][];
        for (int i = 0; i < values.length; i++) {
            values[i] = vector(node.get(i));
        }
        return values;
    }

    public static int[] ints(JsonNode node) {
        int[] values = new int[node.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = node.get(i).asInt();
        }
        return values;
    }

    public static Map<String, JsonNode> fields(JsonNode node) {
        Map<String, JsonNode> fields = new java.util.TreeMap<>();
        node.fieldNames().forEachRemaining(name -> fields.put(name, node.get(name)));
        return fields;
    }
}
