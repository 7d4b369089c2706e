package io.sightline.deploy.cli;

import io.sightline.deploy.train.DecodedSet;
import io.sightline.deploy.train.FolderTraining;
import io.sightline.deploy.train.ImageKind;
import io.sightline.deploy.train.TrainedVersion;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.replay.ReplaySnapshot;
import io.sightline.trainer.rounds.RoundSettings;
import io.sightline.trainer.training.MemoryPlan;
import io.sightline.trainer.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline train}. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = {
            "Trains on a folder, without brokers: the steps, evaluation, gate, artifacts and reports of the trainer, for"
                    + " trying settings first.",
            "Run again with the same --out it goes on where it was stopped or killed, bit for bit."
        })
final class TrainCommand implements Callable<Integer> {

    private static final int ROUND_STEPS = 1500;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "PATH",
            description = {
                "Folder or zip with one directory per class; classes below test/ are only measured on.",
                "Or the folder of CUB-200-2011, Cars-196, Stanford Online Products or In-Shop, with its standard split."
            })
    private Path data = Path.of(".");

    @Option(names = "--versions", description = "Rounds to train (default: ${DEFAULT-VALUE}).")
    private int versions = 1;

    @Option(names = "--out", description = "Folder of checkpoints, artifacts and reports (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("training");

    @Option(names = "--threads", description = "Threads of an operation, 0 for all cores (default: 0).")
    private int threads;

    @Mixin
    private NetworkOptions network = new NetworkOptions();

    @Override
    public Integer call() throws IOException {
        if (versions < 1) {
            throw new IllegalArgumentException("--versions must be at least 1, not " + versions);
        }
        LogFile.into(out, "WARN");
        Preprocessing preprocessing = network.isAuto()
                ? network.preprocessing(ImageKind.of(data))
                : network.preprocessing(Preprocessing.PHOTO);
        EmbeddingNet net = network.net(preprocessing, out.resolve("models"));
        DecodedSet set = decode(net.preprocessing());
        RoundSettings rounds = network.rounds(net, ROUND_STEPS, Duration.ZERO);
        TrainingSettings settings = network.training(net);
        System.out.println(MemoryPlan.of(net, settings).onThisMachine());
        try (FolderTraining training = new FolderTraining(
                out,
                net,
                settings,
                ReplaySnapshot.of(set.training(), rounds.holdout(), Map.of()),
                set.test(),
                rounds.gate(),
                threads,
                Clock.systemUTC())) {
            System.out.printf(
                    "%s: %d images to train and hold out, %d to test; %s%n",
                    data, set.training().size(), set.test().images().size(), net.describe());
            set.refused().forEach(one -> System.out.println("  refused  " + one));
            System.out.printf(
                    "%-8s %7s %10s %8s %10s %8s  %s%n",
                    "version", "steps", "holdout R1", "MAP@R", "test R1", "MAP@R", "");
            training.versions().forEach(TrainCommand::print);
            while (training.versions().size() < versions) {
                print(round(training, rounds.steps()));
            }
            training.versions().forEach(one -> System.out.println("report   " + training.report(one.version())));
            System.out.println("state    " + training.fingerprint());
        }
        return set.refused().isEmpty() ? 0 : 1;
    }

    private DecodedSet decode(Preprocessing preprocessing) throws IOException {
        try (ProgressBar bar = bar("decoding", " images", 0)) {
            return DecodedSet.open(data, preprocessing, (done, all) -> {
                bar.maxHint(all);
                bar.stepTo(done);
            });
        }
    }

    private static TrainedVersion round(FolderTraining training, int steps) {
        try (ProgressBar bar = bar("training", " steps", steps)) {
            bar.stepTo(training.roundSteps());
            return training.round(steps, (done, report) -> {
                bar.stepTo(done);
                bar.setExtraMessage(String.format(Locale.ROOT, " loss %.3f", report.batchLoss()));
            });
        }
    }

    private static ProgressBar bar(String task, String unit, long max) {
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(max)
                .setUnit(unit, 1)
                .setStyle(ProgressBarStyle.ASCII)
                .showSpeed()
                .setUpdateIntervalMillis(250)
                .build();
    }

    private static void print(TrainedVersion version) {
        System.out.printf(
                Locale.ROOT,
                "%-8s %7d %10s %8s %10s %8s  %s%n",
                version.version(),
                version.steps(),
                percent(version, "recallAt1"),
                percent(version, "mapAtR"),
                percent(version, "test.recallAt1"),
                percent(version, "test.mapAtR"),
                (version.published() ? "published" : "kept back") + ": " + version.reason());
    }

    private static String percent(TrainedVersion version, String metric) {
        Double value = version.metrics().get(metric);
        return value == null ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * value);
    }
}
