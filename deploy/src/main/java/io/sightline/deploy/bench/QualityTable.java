package io.sightline.deploy.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** The outcome of a quality benchmark by set, embedding size and recipe; the first recipe is the baseline. */
final class QualityTable {

    private static final double PERCENT = 100;

    private QualityTable() {}

    /**
     * One row; shares in per cent, differences in points.
     *
     * @param recallAt1 mean over the seeds, like those that follow
     * @param recallAt1Deviation standard deviation over the seeds
     * @param difference of Recall@1 to the baseline of the same seed, with its 95 % interval
     * @param mapDifference the same of MAP@R
     */
    record Row(
            String set,
            int dimensions,
            int steps,
            String recipe,
            int seeds,
            double recallAt1,
            double recallAt1Deviation,
            double recallAt2,
            double recallAt4,
            double recallAt8,
            double mapAtR,
            double mapAtRDeviation,
            PairedDifference difference,
            PairedDifference mapDifference,
            double stepMillis) {}

    static List<Row> rows(List<QualityRun> runs, List<String> recipes) {
        Map<String, List<QualityRun>> groups = new TreeMap<>();
        for (QualityRun run : runs) {
            String group = String.format(Locale.ROOT, "%s %05d %06d", run.set(), run.dimensions(), run.steps());
            groups.computeIfAbsent(group, name -> new ArrayList<>()).add(run);
        }
        List<Row> rows = new ArrayList<>();
        for (List<QualityRun> group : groups.values()) {
            for (String recipe : recipes) {
                rows.add(row(recipe, of(group, recipe), of(group, recipes.getFirst())));
            }
        }
        return rows;
    }

    private static List<QualityRun> of(List<QualityRun> group, String recipe) {
        return group.stream().filter(run -> run.recipe().equals(recipe)).toList();
    }

    private static Row row(String recipe, List<QualityRun> runs, List<QualityRun> baseline) {
        QualityRun any = runs.getFirst();
        return new Row(
                any.set(),
                any.dimensions(),
                any.steps(),
                recipe,
                runs.size(),
                PERCENT * Statistics.mean(figures(runs, QualityRun::recallAt1)),
                PERCENT * Statistics.standardDeviation(figures(runs, QualityRun::recallAt1)),
                PERCENT * Statistics.mean(figures(runs, QualityRun::recallAt2)),
                PERCENT * Statistics.mean(figures(runs, QualityRun::recallAt4)),
                PERCENT * Statistics.mean(figures(runs, QualityRun::recallAt8)),
                PERCENT * Statistics.mean(figures(runs, QualityRun::mapAtR)),
                PERCENT * Statistics.standardDeviation(figures(runs, QualityRun::mapAtR)),
                difference(runs, baseline, QualityRun::recallAt1),
                difference(runs, baseline, QualityRun::mapAtR),
                Statistics.median(figures(runs, QualityRun::stepMillis)));
    }

    private static PairedDifference difference(
            List<QualityRun> runs, List<QualityRun> baseline, ToDoubleFunction<QualityRun> figure) {
        List<Double> differences = new ArrayList<>();
        for (QualityRun run : runs) {
            baseline.stream()
                    .filter(other -> other.seed() == run.seed())
                    .findFirst()
                    .ifPresent(other ->
                            differences.add(PERCENT * (figure.applyAsDouble(run) - figure.applyAsDouble(other))));
        }
        return PairedDifference.of(
                differences.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static double[] figures(List<QualityRun> runs, ToDoubleFunction<QualityRun> figure) {
        return runs.stream().mapToDouble(figure).toArray();
    }

    static String print(List<Row> rows) {
        StringBuilder text = new StringBuilder();
        String group = "";
        for (Row row : rows) {
            String title = String.format(
                    Locale.ROOT, "%s, d = %d, %d steps, %d seeds", row.set, row.dimensions, row.steps, row.seeds);
            if (!title.equals(group)) {
                group = title;
                text.append(String.format(
                        "%n%s%n%-16s %14s %6s %6s %6s %14s  %-22s %-22s %8s%n",
                        title,
                        "recipe",
                        "R@1",
                        "R@2",
                        "R@4",
                        "R@8",
                        "MAP@R",
                        "R@1 - baseline",
                        "MAP@R - baseline",
                        "ms/step"));
            }
            text.append(String.format(
                    Locale.ROOT,
                    "%-16s %6.1f +- %4.1f %6.1f %6.1f %6.1f %6.1f +- %4.1f  %-22s %-22s %8.1f%n",
                    row.recipe,
                    row.recallAt1,
                    row.recallAt1Deviation,
                    row.recallAt2,
                    row.recallAt4,
                    row.recallAt8,
                    row.mapAtR,
                    row.mapAtRDeviation,
                    words(row.difference),
                    words(row.mapDifference),
                    row.stepMillis));
        }
        return text.toString();
    }

    private static String words(PairedDifference difference) {
        return String.format(
                Locale.ROOT,
                "%+5.2f +- %.2f%s",
                difference.mean(),
                difference.halfWidth(),
                difference.isSignificant() ? " *" : "");
    }
}
