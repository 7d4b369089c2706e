package io.sightline.deploy.cli;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.trainer.publish.Gate;
import io.sightline.trainer.rounds.RoundSettings;
import java.time.Duration;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** When to train, and what a version must show. */
final class RoundOptions {

    private static final long USUAL_IMAGES = 1000;

    @Option(
            names = "--round-steps",
            description = "Training steps between two evaluations (default: 200; demo 120, train 1500).")
    private @Nullable Integer steps;

    @Option(names = "--round-labels", description = "Changed labels that end a round, 0 for none (default: 0).")
    private long labels;

    @Option(names = "--round-time", description = "Training time that ends a round, ISO-8601 (default: none).")
    private Duration time = Duration.ZERO;

    @Option(
            names = "--min-interval",
            description = "Least time between two versions, ISO-8601 (default: PT1M; PT0S in the demo).")
    private @Nullable Duration minInterval;

    @Option(
            names = "--holdout",
            description = "Share of the classes that is only evaluated on; with fewer than 20 classes a fifth of the"
                    + " images is (default: ${DEFAULT-VALUE}).")
    private double holdout = 0.1;

    @Option(
            names = "--gate-metric",
            description = "What versions are compared by: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Gate.Metric metric = Gate.Metric.MAP_AT_R;

    @Option(
            names = "--gate-margin",
            description = "What the 95 %% interval of the improvement must exceed, 0 to 1 (default: ${DEFAULT-VALUE}).")
    private double margin;

    @Option(
            names = "--gate-worse-classes",
            description = "Share of the holdout classes that may fall by more than 0.2 (default: ${DEFAULT-VALUE}).")
    private double worseClasses = 1;

    @Option(
            names = "--replay-images",
            description = "Images of a class that the replay store keeps in each partition (default: 1000).")
    private int replayImages = RoundSettings.DEFAULT.imagesPerClass();

    @Option(
            names = "--replay-bytes",
            description = "Bytes of pixels that the replay store keeps in each partition (default: 67108864, and 1000"
                    + " images where these are larger).")
    private @Nullable Long replayBytes;

    @Option(
            names = "--compatible",
            paramLabel = "MARGIN",
            description = "Let a version's queries search the active version's gallery through a learned map until its"
                    + " own is filled, if on the holdout they find at least so much more there, in the gate's metric,"
                    + " than the active version's own (default: off; every such answer says so).")
    private @Nullable Double compatible;

    RoundSettings settings(int otherSteps, Duration otherInterval, Preprocessing input) {
        long usualBytes = Math.max(RoundSettings.DEFAULT.replayBytes(), USUAL_IMAGES * input.bytes());
        return RoundSettings.DEFAULT.with(draft -> {
            draft.steps = steps == null ? otherSteps : steps;
            draft.newLabels = labels;
            draft.longest = time;
            draft.minInterval = minInterval == null ? otherInterval : minInterval;
            draft.holdout = new HoldoutRule(holdout);
            draft.imagesPerClass = replayImages;
            draft.replayBytes = replayBytes == null ? usualBytes : replayBytes;
            draft.compatible = compatible == null ? OptionalDouble.empty() : OptionalDouble.of(compatible);
            draft.gate = new Gate(metric, margin, Gate.CLASS_DROP, worseClasses);
        });
    }
}
