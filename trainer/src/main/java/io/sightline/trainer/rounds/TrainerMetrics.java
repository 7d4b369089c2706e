package io.sightline.trainer.rounds;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.sightline.trainer.training.StepReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The trainer's meters, all named {@code sightline.trainer.*}. The training thread reports; anyone may read. Thread-safe.
 */
final class TrainerMetrics {

    /** Versions whose holdout figures stay readable: a meter for each for ever would never end. */
    private static final int MOST_VERSIONS = 20;

    private static final List<String> HOLDOUT = List.of(
            "recallAt1",
            "recallAt2",
            "recallAt4",
            "recallAt8",
            "mapAtR",
            "parent.recallAt1",
            "parent.mapAtR",
            "forgetting.recallAt1");
    private static final List<String> WATCHED = List.of(
            "forgetting.recallAt1",
            "drift.newClasses",
            "drift.shift",
            "calibration.rightCosine",
            "calibration.wrongCosine",
            "calibration.auc",
            "cross.recallAt1",
            "cross.mapped.recallAt1");

    private final Timer steps;
    private final Timer sampling;
    private final Counter images;
    private final Counter published;
    private final Counter rejected;
    private final Counter skipped;
    private final MultiGauge holdout;
    private final MultiGauge watched;
    private final Map<String, Map<String, Double>> versions = new LinkedHashMap<>();
    private volatile @Nullable StepReport last;

    /**
     * Registers the meters.
     *
     * @param status what the trainer is doing
     * @param replayBytes bytes of pixels in the replay store
     */
    TrainerMetrics(MeterRegistry registry, Supplier<TrainerStatus> status, DoubleSupplier replayBytes) {
        steps = Timer.builder("sightline.trainer.step")
                .description("Time of a training step")
                .register(registry);
        sampling = Timer.builder("sightline.trainer.step.sampling")
                .description("Of which choosing and augmenting the batch")
                .register(registry);
        images = Counter.builder("sightline.trainer.images")
                .description("Images trained on")
                .register(registry);
        published = versionCounter(registry, "published");
        rejected = versionCounter(registry, "rejected");
        skipped = Counter.builder("sightline.trainer.rounds.skipped")
                .description("Times that no round was begun, since those before were no better and nothing was new")
                .register(registry);
        Gauge.builder("sightline.trainer.failed", () -> status.get().phase().equals("failed") ? 1 : 0)
                .description("1 if training has ended with an error")
                .register(registry);
        holdout = MultiGauge.builder("sightline.trainer.holdout")
                .description("Holdout figures of the latest versions")
                .register(registry);
        watched = MultiGauge.builder("sightline.trainer.watched")
                .description("Forgetting, drift, calibration and cross-version recall at the latest evaluation")
                .register(registry);
        lastStep(registry, "loss", "Loss of the last step", "batch", StepReport::batchLoss);
        lastStep(registry, "loss", "Loss of the last step", "synthetic", StepReport::syntheticLoss);
        lastStep(registry, "synthetic.share", "Share of the batch that is expanded", null, StepReport::syntheticShare);
        lastStep(registry, "own.cosine", "Mean cosine to the own proxy", null, StepReport::ownCosine);
        lastStep(registry, "gradient.norm", "Norm of all gradients", null, StepReport::gradientNorm);
        state(registry, "steps.made", "Steps since the initial network", status, TrainerStatus::steps);
        state(registry, "round.progress", "How far the round is", status, TrainerStatus::roundProgress);
        state(registry, "classes", "Training classes with a proxy", status, TrainerStatus::classes);
        state(registry, "replay.images", "Training images in the replay store", status, TrainerStatus::images);
        Gauge.builder("sightline.trainer.replay.size", replayBytes::getAsDouble)
                .description("Pixels in the replay store")
                .baseUnit("bytes")
                .register(registry);
    }

    /** A step was made. */
    void stepped(StepReport report) {
        last = report;
        steps.record(Duration.ofNanos((long) (report.millis() * 1e6)));
        sampling.record(Duration.ofNanos((long) (report.sampleMillis() * 1e6)));
        images.increment(report.images());
    }

    /** A round is not begun before there is something new. */
    void skipped() {
        skipped.increment();
    }

    /** A version was evaluated, and published or rejected with these figures. */
    void concluded(String version, boolean passed, Map<String, Double> figures) {
        (passed ? published : rejected).increment();
        versions.put(version, figures);
        while (versions.size() > MOST_VERSIONS) {
            versions.remove(versions.keySet().iterator().next());
        }
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        versions.forEach((name, all) -> rows.addAll(rows(Tags.of("version", name), HOLDOUT, all)));
        holdout.register(rows, true);
        watched.register(rows(Tags.empty(), WATCHED, figures), true);
    }

    private static List<MultiGauge.Row<?>> rows(Tags tags, List<String> names, Map<String, Double> figures) {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        for (String name : names) {
            Double value = figures.get(name);
            if (value != null) {
                rows.add(MultiGauge.Row.of(tags.and("figure", name), value));
            }
        }
        return rows;
    }

    private static Counter versionCounter(MeterRegistry registry, String outcome) {
        return Counter.builder("sightline.trainer.versions")
                .description("Rounds concluded")
                .tag("outcome", outcome)
                .register(registry);
    }

    private void lastStep(
            MeterRegistry registry,
            String name,
            String description,
            @Nullable String term,
            ToDoubleFunction<StepReport> value) {
        Supplier<Number> read = () -> {
            StepReport report = last;
            return report == null ? Double.NaN : value.applyAsDouble(report);
        };
        Gauge.builder("sightline.trainer." + name, read)
                .description(description)
                .tags(term == null ? Tags.empty() : Tags.of("term", term))
                .register(registry);
    }

    private static void state(
            MeterRegistry registry,
            String name,
            String description,
            Supplier<TrainerStatus> status,
            ToDoubleFunction<TrainerStatus> value) {
        Supplier<Number> read = () -> value.applyAsDouble(status.get());
        Gauge.builder("sightline.trainer." + name, read)
                .description(description)
                .register(registry);
    }
}
