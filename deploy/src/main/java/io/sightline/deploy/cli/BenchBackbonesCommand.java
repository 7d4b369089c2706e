package io.sightline.deploy.cli;

import io.sightline.deploy.bench.BackboneBench;
import io.sightline.trainer.training.Precision;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline bench backbones}. */
@Command(
        name = "backbones",
        mixinStandardHelpOptions = true,
        description = {
            "Trains backbones of random weights for three steps and exports them: time, peak memory, number of weights, and"
                    + " whether a gradient reached each of them.",
            "Exit status 1 if it did not."
        })
final class BenchBackbonesCommand implements Callable<Integer> {

    @Option(names = "--arch", split = ",", description = "Which ones (default: ${DEFAULT-VALUE}).")
    private List<String> names = List.of("mobilenet_v1_050", "resnet50", "vit_small_patch16");

    @Option(names = "--image-size", description = "Side of their input in pixels (default: ${DEFAULT-VALUE}).")
    private int size = 224;

    @Option(names = "--batch", description = "Images of a batch (default: ${DEFAULT-VALUE}).")
    private int images = 8;

    @Option(
            names = "--micro-batch",
            description = "Images of a batch that are on the device at a time, 0 for all (default: ${DEFAULT-VALUE}).")
    private int microBatch;

    @Option(
            names = "--precision",
            description = "What is computed with: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Precision precision = Precision.FLOAT32;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Override
    public Integer call() throws Exception {
        BackboneBench bench = new BackboneBench(names, size, images, microBatch, precision);
        return bench.run(SightlineCommand.class, options.folder(), System.out) ? 0 : 1;
    }
}
