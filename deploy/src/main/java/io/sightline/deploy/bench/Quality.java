package io.sightline.deploy.bench;

import io.sightline.trainer.nets.ConvNet;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/**
 * The quality benchmark: which runs, in which order, and what becomes of them.
 *
 * @param sets data sets
 * @param recipes the baseline first
 * @param dimensions embedding sizes
 * @param seeds seeds 1 to this number
 * @param steps of a run, null for the set's own number
 * @param parallel runs at a time
 * @param readout of the network
 */
public record Quality(
        List<String> sets,
        List<String> recipes,
        List<Integer> dimensions,
        int seeds,
        @Nullable Integer steps,
        int parallel,
        ConvNet.Readout readout) {

    private static final int DRAWING_STEPS = 1500;
    private static final int PHOTO_STEPS = 100;

    /** Checks the names. */
    public Quality {
        recipes = recipes.equals(List.of("all"))
                ? Recipe.ALL.stream().map(Recipe::name).toList()
                : List.copyOf(recipes);
        recipes.forEach(Recipe::of);
        sets.forEach(QualityBench::requireKnown);
        if (steps != null && steps < 1) {
            throw new IllegalArgumentException("a run needs at least one step, not " + steps);
        }
        if (seeds < 1 || parallel < 1) {
            throw new IllegalArgumentException(
                    "at least one seed and one run at a time, not " + seeds + " and " + parallel);
        }
    }

    /** Runs what was not run before, prints the table and writes it to quality.json. */
    public void run(Path data, Path folder, PrintStream out) throws IOException, InterruptedException {
        QualityBench bench = new QualityBench(folder.resolve("quality-runs.jsonl"), readout);
        List<QualityRun> runs = new ArrayList<>();
        for (String name : sets) {
            RetrievalSet set = QualityBench.open(data, name);
            List<QualityRun.Key> keys = keys(bench, set);
            try (ProgressBar bar = BenchBar.of(name, keys.size(), "runs")) {
                runs.addAll(bench.run(set, keys, parallel, run -> bar.step()));
            }
        }
        List<QualityTable.Row> rows = QualityTable.rows(runs, recipes);
        out.print(QualityTable.print(rows));
        BenchFile.write(folder.resolve("quality.json"), Map.of("rows", rows, "ideas", ideas()), out);
    }

    /** Seed by seed, so that an interrupted benchmark has some of everything. */
    private List<QualityRun.Key> keys(QualityBench bench, RetrievalSet set) {
        int length = steps != null ? steps : set.preprocessing().invert() ? DRAWING_STEPS : PHOTO_STEPS;
        List<QualityRun.Key> keys = new ArrayList<>();
        for (long seed = 1; seed <= seeds; seed++) {
            for (int d : dimensions) {
                for (String recipe : recipes) {
                    keys.add(bench.key(set, recipe, d, seed, length));
                }
            }
        }
        return keys;
    }

    private Map<String, String> ideas() {
        Map<String, String> ideas = new java.util.LinkedHashMap<>();
        recipes.forEach(recipe -> ideas.put(recipe, Recipe.of(recipe).idea()));
        return ideas;
    }
}
