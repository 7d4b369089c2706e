package io.sightline.deploy.bench;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.replay.ReplaySnapshot;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.SeeTrainer;
import io.sightline.trainer.training.TrainingSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How long a running training pauses for classes that join: an ordinary step, against the one that takes in new
 * classes and enlarges the proxy table from 256 rows. Batches of 128 images, d = 128.
 *
 * @param repeats trainers that the medians are taken of
 */
public record GrowthBench(int repeats) {

    private static final int BEFORE = 250;
    private static final List<Integer> AFTER = List.of(260, 2000);
    private static final int IMAGES_PER_CLASS = 6;
    private static final int DIMENSIONS = 128;
    private static final int WARM_UP = 5;
    private static final List<Preprocessing> SHAPES =
            List.of(new Preprocessing(28, 1, false), new Preprocessing(64, 3, false));

    /**
     * Medians of one size, in milliseconds.
     *
     * @param pixels side of an image
     * @param classes that appear at once
     * @param step an ordinary step just before
     * @param growing the step that takes in the first of them
     * @param joiningStep a step until all of them have joined
     * @param steps steps until all of them have joined
     */
    record Row(int pixels, int classes, double step, double growing, double joiningStep, int steps) {

        double pause() {
            return Math.max(growing, joiningStep) - step;
        }
    }

    /** Measures, prints the table and writes it to growth.json. */
    public void run(Path folder, PrintStream out) throws IOException {
        out.printf(
                "%-6s %14s %10s %14s %14s %6s%n", "pixels", "classes", "step ms", "growing ms", "joining ms", "steps");
        List<Row> rows = new ArrayList<>();
        for (Preprocessing shape : SHAPES) {
            for (int after : AFTER) {
                Row row = measure(shape, after);
                rows.add(row);
                out.printf(
                        Locale.ROOT,
                        "%-6d %14s %10.0f %14.0f %14.0f %6d%n",
                        row.pixels,
                        BEFORE + " + " + row.classes,
                        row.step,
                        row.growing,
                        row.joiningStep,
                        row.steps);
            }
        }
        double longest = rows.stream().mapToDouble(Row::pause).max().orElseThrow();
        out.printf(Locale.ROOT, "%nlongest_pause_ms %.0f%n", longest);
        BenchFile.write(folder.resolve("growth.json"), Map.of("rows", rows, "longest_pause_ms", longest), out);
    }

    private Row measure(Preprocessing shape, int after) {
        ReplaySnapshot before = RandomContent.of(shape, BEFORE, IMAGES_PER_CLASS);
        ReplaySnapshot grown = RandomContent.of(shape, after, IMAGES_PER_CLASS);
        ConvNet net = new ConvNet(shape, ConvNet.DEFAULT_WIDTHS, DIMENSIONS);
        double[] step = new double[repeats];
        double[] growing = new double[repeats];
        List<Double> joining = new ArrayList<>();
        int steps = 0;
        for (int repeat = 0; repeat < repeats; repeat++) {
            try (SeeTrainer trainer = SeeTrainer.create(net, TrainingSettings.defaults(Augmentation.PHOTO, 1))) {
                for (int i = 0; i < WARM_UP; i++) {
                    step[repeat] = time(trainer, before);
                }
                steps = 0;
                while (trainer.classes() < after) {
                    double millis = time(trainer, grown);
                    growing[repeat] = steps == 0 ? millis : growing[repeat];
                    joining.add(millis);
                    steps++;
                }
            }
        }
        return new Row(
                shape.size(),
                after - BEFORE,
                Statistics.median(step),
                Statistics.median(growing),
                Statistics.median(joining.stream().mapToDouble(x -> x).toArray()),
                steps);
    }

    private static double time(SeeTrainer trainer, ReplaySnapshot content) {
        long start = System.nanoTime();
        trainer.step(content, 0.01);
        return (System.nanoTime() - start) / 1e6;
    }
}
