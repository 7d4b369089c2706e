package io.sightline.deploy.cli;

import static java.util.Objects.requireNonNull;

import io.sightline.deploy.bench.SeeBench;
import io.sightline.trainer.nets.BackboneNet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline bench see}. */
@Command(
        name = "see",
        mixinStandardHelpOptions = true,
        description = {
            "Times a training step with Proxy-Anchor alone, with SEE, and with SEE by a Gram-Schmidt loop a sample: the"
                    + " loss alone and the whole step. The three are measured in turn; medians are reported."
        })
final class BenchSeeCommand implements Callable<Integer> {

    @Option(
            names = "--threads",
            description = "Threads of an operation, 0 for all cores (default: ${DEFAULT-VALUE}, the least noisy).")
    private int threads = 1;

    @Option(names = "--loss-repeats", description = "Passes of the loss (default: ${DEFAULT-VALUE}).")
    private int lossRepeats = 40;

    @Option(names = "--step-repeats", description = "Whole steps (default: ${DEFAULT-VALUE}).")
    private int stepRepeats = 15;

    @Option(names = "--no-large-steps", description = "Leave out whole steps of 512 images.")
    private boolean noLargeSteps;

    @Mixin
    private BenchBackboneOptions backbone = new BenchBackboneOptions();

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Override
    public Integer call() throws Exception {
        List<BackboneNet> backbones = new ArrayList<>();
        if (backbone.isGiven()) {
            SeeBench.DIMENSIONS.forEach(d -> backbones.add(requireNonNull(backbone.openIfGiven(d))));
        }
        new SeeBench(threads, lossRepeats, stepRepeats, !noLargeSteps, backbones).run(options.folder(), System.out);
        return 0;
    }
}
