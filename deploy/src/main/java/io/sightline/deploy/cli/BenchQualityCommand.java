package io.sightline.deploy.cli;

import io.sightline.deploy.bench.BenchData;
import io.sightline.deploy.bench.Quality;
import io.sightline.trainer.nets.ConvNet;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline bench quality}. */
@Command(
        name = "quality",
        mixinStandardHelpOptions = true,
        description = {
            "Trains the same small network with each recipe and seed for the same number of steps and measures Recall@K"
                    + " and MAP@R on classes that it has not seen.",
            "Differences are paired by seed, with their 95 %% interval; * marks those that are more than noise. The first"
                    + " recipe is the baseline. Runs are kept: the benchmark can be interrupted and goes on."
        })
final class BenchQualityCommand implements Callable<Integer> {

    @Option(
            names = "--sets",
            split = ",",
            description = "Data sets: omniglot242, grocery96 (default: ${DEFAULT-VALUE}).")
    private List<String> sets = List.of("omniglot242", "grocery96");

    @Option(
            names = "--recipes",
            split = ",",
            description = "Recipes, the baseline first (default: ${DEFAULT-VALUE}); 'all' for every one.")
    private List<String> recipes = List.of("pa", "see");

    @Option(names = "--dimensions", split = ",", description = "Embedding sizes (default: ${DEFAULT-VALUE}).")
    private List<Integer> dimensions = List.of(16, 32, 64, 128);

    @Option(names = "--seeds", description = "Seeds 1 to N (default: ${DEFAULT-VALUE}).")
    private int seeds = 5;

    @Option(names = "--steps", description = "Steps of a run (default: 1500 on omniglot242, 100 on grocery96).")
    private @Nullable Integer steps;

    @Option(names = "--parallel", description = "Runs at a time, each on one core (default: as many as there are).")
    private int parallel = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--readout",
            description = "How the network's last map becomes features: ${COMPLETION-CANDIDATES} (default:"
                    + " ${DEFAULT-VALUE}, as in the reference figures).")
    private ConvNet.Readout readout = ConvNet.Readout.AVERAGE;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Override
    public Integer call() throws Exception {
        Path data = BenchData.folder();
        Quality quality = new Quality(sets, recipes, dimensions, seeds, steps, parallel, readout);
        quality.run(data, options.folder(), System.out);
        return 0;
    }
}
