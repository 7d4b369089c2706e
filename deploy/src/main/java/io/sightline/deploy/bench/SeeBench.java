package io.sightline.deploy.bench;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.losses.MetricLoss;
import io.sightline.trainer.losses.ProxyAnchor;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.replay.ReplaySnapshot;
import io.sightline.trainer.see.ExpansionSchedule;
import io.sightline.trainer.see.SeeSettings;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.FineTuning;
import io.sightline.trainer.training.SeeTrainer;
import io.sightline.trainer.training.TrainingSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * What SEE costs: Proxy-Anchor alone, SEE as it is built here, and SEE with a Gram-Schmidt loop, measured in turn. The
 * share of expanded samples is at its height, 0.4.
 *
 * @param threads threads of an operation
 * @param lossRepeats passes of the loss alone that the median is taken of
 * @param stepRepeats whole steps that the median is taken of
 * @param largeSteps whether whole steps of 512 images are measured too
 * @param backbones networks whose steps are measured in place of those of the small ones; empty for these
 */
public record SeeBench(int threads, int lossRepeats, int stepRepeats, boolean largeSteps, List<BackboneNet> backbones) {

    private static final double SHARE = 0.4;
    private static final int WARM_UP = 3;
    private static final List<Integer> BATCHES = List.of(128, 512);
    /** Lengths of an embedding that are measured. */
    public static final List<Integer> DIMENSIONS = List.of(64, 128);

    private static final List<Integer> EXPANSIONS = List.of(8, 16);
    private static final Preprocessing SMALL = new Preprocessing(28, 1, false);
    private static final Preprocessing COLOUR = new Preprocessing(64, 3, false);
    private static final int IMAGES_PER_CLASS = 4;
    /** A backbone that learns from the first step on. */
    private static final FineTuning WHOLE = new FineTuning(1, 1, 0, FineTuning.BatchNorm.FROZEN);

    /**
     * Medians of one size, in milliseconds, and medians of the ratios.
     *
     * @param what "loss" alone, or a whole step on images of so many pixels
     */
    record Row(
            String what,
            int batch,
            int dimensions,
            int expansions,
            double proxyAnchor,
            double see,
            double loop,
            double seeVsProxyAnchor,
            double loopVsSee) {}

    /** Measures, prints the table and writes it to see.json. */
    public void run(Path folder, PrintStream out) throws IOException {
        List<Row> rows = new ArrayList<>();
        out.printf(
                Locale.ROOT,
                "%-28s %6s %4s %4s %14s %10s %10s %9s %10s%n",
                "ms",
                "batch",
                "d",
                "E",
                "Proxy-Anchor",
                "SEE",
                "SEE, loop",
                "SEE / PA",
                "loop / SEE");
        for (int batch : BATCHES) {
            for (int d : DIMENSIONS) {
                for (int e : EXPANSIONS) {
                    add(rows, loss(batch, d, e), out);
                }
            }
        }
        for (EmbeddingNet net : nets()) {
            for (int batch : largeSteps ? BATCHES : BATCHES.subList(0, 1)) {
                for (int e : EXPANSIONS) {
                    add(rows, step(net, batch, e), out);
                }
            }
        }
        Map<String, Double> ratios = ratios(rows);
        out.println();
        ratios.forEach((name, value) -> out.printf(Locale.ROOT, "%-22s %.3f%n", name, value));
        BenchFile.write(folder.resolve("see.json"), Map.of("threads", threads, "rows", rows, "ratios", ratios), out);
    }

    private static void add(List<Row> rows, Row row, PrintStream out) {
        rows.add(row);
        out.printf(
                Locale.ROOT,
                "%-28s %6d %4d %4d %14.2f %10.2f %10.2f %9.3f %10.1f%n",
                row.what,
                row.batch,
                row.dimensions,
                row.expansions,
                row.proxyAnchor,
                row.see,
                row.loop,
                row.seeVsProxyAnchor,
                row.loopVsSee);
    }

    private List<EmbeddingNet> nets() {
        if (!backbones.isEmpty()) {
            return List.copyOf(backbones);
        }
        List<EmbeddingNet> nets = new ArrayList<>();
        for (Preprocessing shape : List.of(SMALL, COLOUR)) {
            DIMENSIONS.forEach(d -> nets.add(new ConvNet(shape, ConvNet.DEFAULT_WIDTHS, d)));
        }
        return nets;
    }

    private Map<String, Double> ratios(List<Row> rows) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        ratios.put("see_step_vs_pa_step", find(rows, what(nets().getLast()), 128).seeVsProxyAnchor);
        ratios.put("see_loss_vs_pa_loss", find(rows, "loss", 128).seeVsProxyAnchor);
        ratios.put("loop_vs_see_loss", find(rows, "loss", 512).loopVsSee);
        return ratios;
    }

    /** At d = 128 and E = 8. */
    private static Row find(List<Row> rows, String what, int batch) {
        return rows.stream()
                .filter(row ->
                        row.what.equals(what) && row.batch == batch && row.dimensions == 128 && row.expansions == 8)
                .findFirst()
                .orElseThrow();
    }

    private Row loss(int batch, int d, int e) {
        try (LossTimer proxyAnchor = new LossTimer(ProxyAnchor.DEFAULT, batch, d, threads);
                LossTimer see = new LossTimer(see(e), batch, d, threads);
                LossTimer loop = new LossTimer(loop(e, batch), batch, d, threads)) {
            return row("loss", batch, d, e, lossRepeats, proxyAnchor::run, see::run, loop::run);
        }
    }

    private Row step(EmbeddingNet net, int batch, int e) {
        ReplaySnapshot content = RandomContent.of(net.preprocessing(), batch / IMAGES_PER_CLASS, IMAGES_PER_CLASS);
        try (SeeTrainer proxyAnchor = trainer(net, batch, ProxyAnchor.DEFAULT);
                SeeTrainer see = trainer(net, batch, see(e));
                SeeTrainer loop = trainer(net, batch, loop(e, batch))) {
            return row(
                    what(net),
                    batch,
                    net.dimensions(),
                    e,
                    stepRepeats,
                    () -> time(proxyAnchor, content),
                    () -> time(see, content),
                    () -> time(loop, content));
        }
    }

    private static Row row(
            String what,
            int batch,
            int d,
            int e,
            int repeats,
            DoubleSupplier proxyAnchor,
            DoubleSupplier see,
            DoubleSupplier loop) {
        double[][] millis = new double[3][repeats];
        List<DoubleSupplier> all = List.of(proxyAnchor, see, loop);
        for (int repeat = -WARM_UP; repeat < repeats; repeat++) {
            for (int i = 0; i < all.size(); i++) {
                double time = all.get(i).getAsDouble();
                if (repeat >= 0) {
                    millis[i][repeat] = time;
                }
            }
        }
        return new Row(
                what,
                batch,
                d,
                e,
                Statistics.median(millis[0]),
                Statistics.median(millis[1]),
                Statistics.median(millis[2]),
                ratio(millis[1], millis[0]),
                ratio(millis[2], millis[1]));
    }

    /** Median of the ratios of neighbours in time: what slows the machine down for a while slows both. */
    private static double ratio(double[] millis, double[] others) {
        double[] ratios = new double[millis.length];
        Arrays.setAll(ratios, i -> millis[i] / others[i]);
        return Statistics.median(ratios);
    }

    private static double time(SeeTrainer trainer, ReplaySnapshot content) {
        long start = System.nanoTime();
        trainer.step(content, 0.01);
        return (System.nanoTime() - start) / 1e6;
    }

    private SeeTrainer trainer(EmbeddingNet net, int batch, MetricLoss loss) {
        TrainingSettings settings = TrainingSettings.defaults(Augmentation.PHOTO, 1)
                .with(draft -> {
                    draft.loss = loss;
                    draft.classesPerBatch = batch / IMAGES_PER_CLASS;
                    draft.imagesPerClass = IMAGES_PER_CLASS;
                    draft.fineTuning = net.hasBackbone() ? WHOLE : FineTuning.NONE;
                });
        return SeeTrainer.create(net, settings, threads);
    }

    private static SeeSettings see(int expansions) {
        return SeeSettings.published(1)
                .withExpansions(expansions)
                .withSchedule(new ExpansionSchedule.Share(SHARE, SHARE, 1));
    }

    private static LoopedSee loop(int expansions, int batch) {
        return new LoopedSee(see(expansions), (int) Math.rint(SHARE * batch));
    }

    private static String what(EmbeddingNet net) {
        String of =
                net instanceof BackboneNet backbone ? " " + backbone.backbone().name() : "";
        return "step " + net.preprocessing().size() + " px" + of;
    }
}
