package io.sightline.deploy.bench;

import io.sightline.embedder.artifact.ArtifactWriter;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.Backbones;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Normalisation;
import io.sightline.trainer.nets.Weight;
import io.sightline.trainer.publish.ServingGraph;
import io.sightline.trainer.replay.ReplaySnapshot;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.Checkpoint;
import io.sightline.trainer.training.FineTuning;
import io.sightline.trainer.training.MemoryPlan;
import io.sightline.trainer.training.Precision;
import io.sightline.trainer.training.SeeTrainer;
import io.sightline.trainer.training.TrainingSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What backbones of random weights cost: training steps with all of their weights, and an export that is loaded again.
 * Of several each has a process of its own, since none gives its memory back.
 *
 * @param names of the backbones
 * @param size side of their input in pixels
 * @param images of a batch, two of each class
 * @param microBatch images that are on the device at a time, 0 for all
 * @param precision what is computed with
 */
public record BackboneBench(List<String> names, int size, int images, int microBatch, Precision precision) {

    static final String FILE = "backbones.json";
    static final String ROWS = "rows";

    private static final int DIMENSIONS = 128;
    private static final int STEPS = 3;
    private static final double MEGA = 1e6;

    /**
     * One backbone.
     *
     * @param parameters trained ones, without the head
     * @param firstStepSeconds until the first step is made, its graph built
     * @param stepSeconds of the fastest step after it
     * @param exportSeconds to write an artifact and load it again
     * @param artifactMegabytes what was written
     * @param withoutGradient weights that no gradient reached
     * @param plannedMegabytes at the peak of a step, as said before
     * @param stepMegabytes by which resident memory rose until its peak in the steps, from before the first
     * @param peakMegabytes resident memory at its highest, the export in it
     */
    record Row(
            String name,
            long parameters,
            double firstStepSeconds,
            double stepSeconds,
            double exportSeconds,
            double artifactMegabytes,
            List<String> withoutGradient,
            double plannedMegabytes,
            double stepMegabytes,
            double peakMegabytes) {}

    /**
     * Measures, prints the table and writes it to backbones.json.
     *
     * @param main class of the {@code sightline} command
     * @return whether gradients reached every weight
     */
    public boolean run(Class<?> main, Path folder, PrintStream out) throws IOException, InterruptedException {
        out.printf(
                "%d x %d pixels, batches of %d, %s at a time, %s, d = %d%n",
                size,
                size,
                images,
                microBatch == 0 ? "all" : microBatch,
                precision.name().toLowerCase(Locale.ROOT),
                DIMENSIONS);
        out.printf(
                "%-20s %12s %12s %8s %8s %12s %11s %11s %10s  %s%n",
                "backbone",
                "parameters M",
                "first step s",
                "step s",
                "export s",
                "artifact MB",
                "planned MB",
                "measured MB",
                "peak MB",
                "gradients");
        List<Row> rows = new ArrayList<>();
        for (String name : names) {
            Row row = names.size() == 1 ? measure(name) : BackboneProcess.measure(main, this, name);
            rows.add(row);
            out.printf(
                    Locale.ROOT,
                    "%-20s %12.2f %12.1f %8.1f %8.1f %12.0f %11.0f %11.0f %10.0f  %s%n",
                    row.name,
                    row.parameters / MEGA,
                    row.firstStepSeconds,
                    row.stepSeconds,
                    row.exportSeconds,
                    row.artifactMegabytes,
                    row.plannedMegabytes,
                    row.stepMegabytes,
                    row.peakMegabytes,
                    row.withoutGradient.isEmpty() ? "of every weight" : "none of " + row.withoutGradient);
        }
        BenchFile.write(folder.resolve(FILE), Map.of("size", size, "images", images, ROWS, rows), out);
        return rows.stream().allMatch(row -> row.withoutGradient.isEmpty());
    }

    private Row measure(String name) throws IOException {
        BackboneNet net = new BackboneNet(
                Backbones.named(name), Normalisation.IMAGENET, new Preprocessing(size, 3, false), DIMENSIONS, Map.of());
        ReplaySnapshot content = RandomContent.of(net.preprocessing(), images / 2, 2);
        TrainingSettings settings = TrainingSettings.defaults(Augmentation.PHOTO, 1)
                .with(draft -> {
                    draft.classesPerBatch = images / 2;
                    draft.imagesPerClass = 2;
                    draft.microBatch = microBatch;
                    draft.precision = precision;
                    draft.fineTuning = new FineTuning(1, 1, 0, FineTuning.BatchNorm.FROZEN);
                });
        MemoryPlan plan = MemoryPlan.of(net, settings);
        System.gc();
        ResidentSet.resetPeak();
        double before = ResidentSet.megabytes(ProcessHandle.current().pid());
        long start = System.nanoTime();
        try (SeeTrainer trainer = SeeTrainer.create(net, settings)) {
            trainer.step(content, 1);
            double first = seconds(start);
            double fastest = Double.POSITIVE_INFINITY;
            for (int step = 1; step < STEPS; step++) {
                long begun = System.nanoTime();
                trainer.step(content, 1);
                fastest = Math.min(fastest, seconds(begun));
            }
            double stepMegabytes = ResidentSet.peakMegabytes() - before;
            List<String> withoutGradient = withoutGradient(net, trainer);
            long exporting = System.nanoTime();
            long bytes = export(net, trainer.weights());
            return new Row(
                    name,
                    parameters(net),
                    first,
                    fastest,
                    seconds(exporting),
                    bytes / MEGA,
                    withoutGradient,
                    plan.peakBytes() / MEGA,
                    stepMegabytes,
                    ResidentSet.peakMegabytes());
        }
    }

    private static long export(BackboneNet net, Map<String, HostTensor> weights) throws IOException {
        Path folder = Files.createTempDirectory("sightline-backbone-");
        try (ServingGraph serving = new ServingGraph(net, weights)) {
            ModelArtifact artifact = serving.write(new ArtifactWriter(folder), "v1");
            EmbeddingModel.load(artifact).close();
            return Files.size(artifact.directory().resolve("saved_model.pb"));
        } finally {
            BenchFolder.delete(folder);
        }
    }

    /** Adam's first moment is a mean of gradients: zero if all of them were. */
    private static List<String> withoutGradient(BackboneNet net, SeeTrainer trainer) {
        Map<String, HostTensor> state =
                trainer.checkpoint(Checkpoint.Cursor.START).tensors();
        return net.weights().stream()
                .filter(Weight::isTrained)
                .map(Weight::name)
                .filter(name -> !hasGradient(state.get("adam.m." + name)))
                .toList();
    }

    private static boolean hasGradient(@Nullable HostTensor moments) {
        if (moments == null) {
            return false;
        }
        boolean some = false;
        for (float moment : moments.values()) {
            if (!Float.isFinite(moment)) {
                return false;
            }
            some |= moment != 0;
        }
        return some;
    }

    private static long parameters(BackboneNet net) {
        return net.weights().stream()
                .filter(weight -> weight.isTrained() && net.isBackbone(weight.name()))
                .mapToLong(weight -> weight.shape().size())
                .sum();
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
