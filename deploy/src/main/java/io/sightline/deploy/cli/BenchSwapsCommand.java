package io.sightline.deploy.cli;

import io.sightline.deploy.bench.BenchData;
import io.sightline.deploy.bench.SwapBench;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline bench swaps}. */
@Command(
        name = "swaps",
        mixinStandardHelpOptions = true,
        description = {
            "Replaces the model version of one embedder process again and again while images keep coming, and measures"
                    + " its memory. Starts a broker, a registry and the embedder on a temporary folder."
        })
final class BenchSwapsCommand implements Callable<Integer> {

    @Option(names = "--swaps", description = "Versions that become active (default: ${DEFAULT-VALUE}).")
    private int swaps = 200;

    @Option(names = "--images", description = "Images that each version back-fills (default: ${DEFAULT-VALUE}).")
    private int images = 500;

    @Option(names = "--load", description = "Images sent each second meanwhile (default: ${DEFAULT-VALUE}).")
    private double load = 50;

    @Option(
            names = "--heap",
            description = "Java heap of the embedder, resident from the start (default: ${DEFAULT-VALUE}).")
    private String heap = "512m";

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Override
    public Integer call() throws Exception {
        System.out.println("the log is " + LogFile.into(options.folder(), "swaps", "OFF"));
        new SwapBench(swaps, images, load, heap, SightlineCommand.class)
                .run(BenchData.folder(), options.folder(), System.out);
        return 0;
    }
}
