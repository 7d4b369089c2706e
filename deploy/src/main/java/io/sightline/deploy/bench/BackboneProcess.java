package io.sightline.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Measures one backbone in a process of its own, with the flags of this one. */
final class BackboneProcess {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private BackboneProcess() {}

    /**
     * Measures it.
     *
     * @param main class of the {@code sightline} command
     * @throws IOException if the process fails, with what it said
     */
    static BackboneBench.Row measure(Class<?> main, BackboneBench bench, String name)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("sightline-backbone-");
        try {
            Path output = folder.resolve("output");
            Process process = new ProcessBuilder(command(main, bench, name, folder))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.waitFor();
            Path figures = folder.resolve(BackboneBench.FILE);
            if (!Files.exists(figures)) {
                throw new IOException(name + " could not be measured: " + Files.readString(output));
            }
            JsonNode row =
                    JSON.readTree(figures.toFile()).path(BackboneBench.ROWS).path(0);
            return JSON.treeToValue(row, BackboneBench.Row.class);
        } finally {
            BenchFolder.delete(folder);
        }
    }

    private static List<String> command(Class<?> main, BackboneBench bench, String name, Path folder) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of("bench", "backbones", "--arch", name, "--out", folder.toString()));
        command.addAll(
                List.of("--image-size", String.valueOf(bench.size()), "--batch", String.valueOf(bench.images())));
        command.addAll(List.of("--micro-batch", String.valueOf(bench.microBatch())));
        command.addAll(List.of("--precision", bench.precision().name()));
        return command;
    }
}
