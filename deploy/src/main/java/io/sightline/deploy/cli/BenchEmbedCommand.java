package io.sightline.deploy.cli;

import io.sightline.deploy.bench.BenchData;
import io.sightline.deploy.bench.EmbedBench;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline bench embed}. */
@Command(
        name = "embed",
        mixinStandardHelpOptions = true,
        description = {
            "Images a second: the network alone, decoding with it, a plain consumer and producer, lanes, and one record at"
                    + " a time. On 96-pixel JPEGs and on 28-pixel drawings; each row in turn, medians."
        })
final class BenchEmbedCommand implements Callable<Integer> {

    private static final int DIMENSIONS = 64;

    @Option(
            names = "--sets",
            split = ",",
            description = "Images: jpeg96, drawing28 (default: both; with --backbone jpeg96).")
    private @Nullable List<String> sets;

    @Mixin
    private BenchBackboneOptions backbone = new BenchBackboneOptions();

    @Option(names = "--images", description = "Of each set (default: ${DEFAULT-VALUE}).")
    private int images = 6000;

    @Option(
            names = "--warm-ups",
            description = "Passes before those that count: the clients and Kafka Streams are compiled by then"
                    + " (default: ${DEFAULT-VALUE}).")
    private int warmUps = 3;

    @Option(names = "--repeats", description = "Passes that medians are taken of (default: ${DEFAULT-VALUE}).")
    private int repeats = 5;

    @Option(
            names = "--load-seconds",
            description = "How long each window is that delays are measured in, one for each repeat"
                    + " (default: ${DEFAULT-VALUE}).")
    private int loadSeconds = 10;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Override
    public Integer call() throws Exception {
        LogFile.into(Files.createTempDirectory("sightline-embed-log-"), "OFF");
        List<String> usual = backbone.isGiven() ? List.of(EmbedBench.PHOTOS) : EmbedBench.SETS;
        new EmbedBench(
                        sets == null ? usual : sets,
                        backbone.openIfGiven(DIMENSIONS),
                        images,
                        warmUps,
                        repeats,
                        loadSeconds)
                .run(BenchData.folder(), options.folder(), System.out);
        return 0;
    }
}
