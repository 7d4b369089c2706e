package io.sightline.deploy.train;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sightline.embedder.artifact.ArtifactWriter;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.trainer.evaluation.RetrievalMetrics;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.publish.Gate;
import io.sightline.trainer.publish.ServingGraph;
import io.sightline.trainer.replay.ReplaySnapshot;
import io.sightline.trainer.report.TrainingReport;
import io.sightline.trainer.report.VersionPoint;
import io.sightline.trainer.report.VersionReport;
import io.sightline.trainer.rounds.Evaluation;
import io.sightline.trainer.rounds.Readiness;
import io.sightline.trainer.rounds.TrainingRun;
import io.sightline.trainer.training.StepReport;
import io.sightline.trainer.training.TrainingSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rounds of training on a folder of images: the same steps, evaluation, gate, artifacts and reports as on a stream. In
 * a folder that holds an earlier run it goes on where that one was, bit for bit. Not thread-safe.
 */
public final class FolderTraining implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int MIN_CLASSES = 2;

    private final Path out;
    private final ReplaySnapshot content;
    private final TestImages test;
    private final Gate gate;
    private final Clock clock;
    private final TrainingRun run;
    private final List<TrainedVersion> versions;

    /**
     * Opens or goes on with a run.
     *
     * @param out folder of checkpoints, artifacts and reports
     * @param threads threads of one operation, 0 for all cores
     * @throws IllegalArgumentException if there is not enough to train on, or the settings do not fit
     */
    public FolderTraining(
            Path out,
            EmbeddingNet net,
            TrainingSettings settings,
            ReplaySnapshot content,
            TestImages test,
            Gate gate,
            int threads,
            Clock clock) {
        Readiness readiness = Readiness.of(content, MIN_CLASSES);
        if (!readiness.ready()) {
            throw new IllegalArgumentException("there is not enough to train on: " + readiness.reason());
        }
        this.out = out;
        this.content = content;
        this.test = test;
        this.gate = gate;
        this.clock = clock;
        this.run = TrainingRun.open(net, settings, out.resolve("checkpoints"), threads);
        this.versions = new ArrayList<>(readVersions());
    }

    /** Told about each step. */
    @FunctionalInterface
    public interface Progress {

        /** So many steps of the round are made. */
        void stepped(long done, StepReport report);
    }

    /** Versions so far, those kept back too. */
    public List<TrainedVersion> versions() {
        return List.copyOf(versions);
    }

    /** Steps of the present round that are made already. */
    public long roundSteps() {
        return run.roundSteps();
    }

    /** SHA-256 of all weights, proxies and moments: equal for equal runs. */
    public String fingerprint() {
        return run.trainer().checkpoint(run.cursor()).fingerprint();
    }

    /** Where a version's report is. */
    public Path report(String version) {
        return out.resolve("models").resolve(version + "-report.html");
    }

    /**
     * Trains a round to its end and evaluates it.
     *
     * @param steps of the round; the learning rate falls over them as the settings say
     */
    public TrainedVersion round(int steps, Progress progress) {
        TrainedVersion parent = lastPublished();
        boolean tied = parent != null && run.trainer().settings().tie() > 0;
        try (@Nullable EmbeddingModel reference = tied ? load(requireNonNull(parent)) : null) {
            run.trainer().tieTo(reference == null ? null : reference::embed);
            while (run.roundSteps() < steps) {
                double rate = run.trainer().settings().schedule().at(run.roundSteps() / (double) steps);
                StepReport report = run.step(content, rate);
                progress.stepped(run.roundSteps(), report);
            }
        } finally {
            run.trainer().tieTo(null);
        }
        run.checkpoint();
        TrainedVersion version = conclude();
        run.concludeRound(content);
        return version;
    }

    @Override
    public void close() {
        run.close();
    }

    private TrainedVersion conclude() {
        long steps = run.trainer().steps();
        Optional<TrainedVersion> known =
                versions.stream().filter(one -> one.steps() == steps).findAny();
        if (known.isPresent()) {
            return known.get();
        }
        TrainedVersion parent = lastPublished();
        try (ServingGraph candidate =
                        new ServingGraph(run.trainer().net(), run.trainer().weights());
                @Nullable EmbeddingModel active = parent == null ? null : load(parent)) {
            Evaluation evaluation = Evaluation.of(
                    candidate::embed,
                    active == null ? null : active::embed,
                    content,
                    run.cursor().knownClasses());
            Gate.Verdict verdict = gate.judge(evaluation.candidate(), evaluation.active(), parent != null)
                    .with(evaluation.figures());
            Map<String, Double> metrics = new TreeMap<>(verdict.metrics());
            metrics.putAll(onTest(candidate));
            String name = "v" + (versions.size() + 1);
            ModelArtifact artifact = candidate.write(new ArtifactWriter(out.resolve("models")), name);
            TrainedVersion version = new TrainedVersion(
                    name,
                    parent == null ? null : parent.version(),
                    steps,
                    verdict.passed(),
                    verdict.reason(),
                    artifact.manifestSha256(),
                    metrics);
            versions.add(version);
            TrainingReport.write(report(version, evaluation), report(name));
            writeVersions();
            return version;
        }
    }

    private @Nullable TrainedVersion lastPublished() {
        return versions.stream()
                .filter(TrainedVersion::published)
                .reduce((first, second) -> second)
                .orElse(null);
    }

    private Map<String, Double> onTest(ServingGraph network) {
        if (test.gallery().isEmpty()) {
            return Map.of();
        }
        RetrievalMetrics metrics = test.measure(network::embed);
        return Map.of(
                "test.recallAt1", metrics.recallAt(1),
                "test.recallAt2", metrics.recallAt(2),
                "test.recallAt4", metrics.recallAt(4),
                "test.recallAt8", metrics.recallAt(8),
                "test.mapAtR", metrics.mapAtR());
    }

    private EmbeddingModel load(TrainedVersion version) {
        Path folder = out.resolve("models").resolve(version.version());
        return EmbeddingModel.load(ModelArtifact.open(folder.toUri(), version.manifestSha256()));
    }

    private VersionReport report(TrainedVersion version, Evaluation evaluation) {
        List<VersionPoint> history = versions.stream()
                .map(one -> new VersionPoint(
                        one.version(),
                        one.steps(),
                        !one.published(),
                        one.metrics().getOrDefault("recallAt1", Double.NaN),
                        one.metrics().getOrDefault("mapAtR", Double.NaN),
                        one.metrics().getOrDefault("forgetting.recallAt1", Double.NaN)))
                .toList();
        return new VersionReport(
                version.version(),
                version.parent(),
                version.published(),
                version.reason(),
                clock.instant(),
                run.trainer().net().describe(),
                run.trainer().net().preprocessing(),
                run.trainer().settings().describe(),
                Map.of(
                        "steps", String.valueOf(version.steps()),
                        "seed", String.valueOf(run.trainer().settings().seed()),
                        "classes", String.valueOf(run.trainer().classes()),
                        "images", String.valueOf(content.trainingImages())),
                version.metrics(),
                run.curves(),
                history,
                evaluation.confusions());
    }

    private Path versionsFile() {
        return out.resolve("versions.json");
    }

    private List<TrainedVersion> readVersions() {
        if (!Files.exists(versionsFile())) {
            return List.of();
        }
        try {
            List<TrainedVersion> all =
                    JSON.readValue(versionsFile().toFile(), new TypeReference<List<TrainedVersion>>() {});
            // Without their checkpoint the steps of a version are made again, and it is too.
            return all.stream()
                    .filter(one -> one.steps() <= run.trainer().steps())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + versionsFile() + ": " + e.getMessage(), e);
        }
    }

    private void writeVersions() {
        Path temporary = out.resolve("versions.json.tmp");
        try {
            JSON.writerWithDefaultPrettyPrinter().writeValue(temporary.toFile(), versions);
            Files.move(temporary, versionsFile(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + versionsFile() + ": " + e.getMessage(), e);
        }
    }
}
