package io.sightline.deploy.cli;

import io.sightline.deploy.bench.ReplayBench;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline bench replay}. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = {
            "Sends a running trainer ten times as many labelled images as its replay store holds, and measures its"
                    + " memory and how fast it joins them. Starts a broker, a registry and the trainer on a temporary"
                    + " folder."
        })
final class BenchReplayCommand implements Callable<Integer> {

    @Option(names = "--bound", description = "Images that the replay store holds (default: ${DEFAULT-VALUE}).")
    private int bound = 6_000;

    @Option(names = "--heap", description = "Largest Java heap of the trainer (default: ${DEFAULT-VALUE}).")
    private String heap = "1g";

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Override
    public Integer call() throws Exception {
        System.out.println("the log is " + LogFile.into(options.folder(), "replay", "OFF"));
        new ReplayBench(bound, heap, SightlineCommand.class).run(options.folder(), System.out);
        return 0;
    }
}
