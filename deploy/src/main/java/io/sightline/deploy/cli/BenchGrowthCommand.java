package io.sightline.deploy.cli;

import io.sightline.deploy.bench.GrowthBench;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline bench growth}. */
@Command(
        name = "growth",
        mixinStandardHelpOptions = true,
        description = {
            "Times the step that takes new classes into a running training, 10 and 1,750 at once, against an ordinary"
                    + " one: how long training pauses for them."
        })
final class BenchGrowthCommand implements Callable<Integer> {

    @Option(names = "--repeats", description = "Trainers that medians are taken of (default: ${DEFAULT-VALUE}).")
    private int repeats = 5;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Override
    public Integer call() throws Exception {
        new GrowthBench(repeats).run(options.folder(), System.out);
        return 0;
    }
}
