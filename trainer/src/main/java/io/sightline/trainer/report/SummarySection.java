package io.sightline.trainer.report;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The figures of the holdout, the parent's beside them. */
final class SummarySection {

    private static final String OF_PARENT = "parent.";

    /** Keys of the figures by the order of their rows, with the names that the field uses. */
    private static final Map<String, String> FIGURES = figures();

    private static final Set<String> TOLD_IN_WORDS =
            Set.of("queries", OF_PARENT + "queries", "improvement", "improvement.low", "improvement.high");

    private SummarySection() {}

    static void addTo(Markup page, VersionReport report) {
        page.open("section", "id", "summary").element("h2", "Summary");
        if (isMeasured(report)) {
            figures(page, report);
            words(page, report.metrics());
        } else {
            page.element(
                    "p",
                    "Nothing was measured: there is no holdout yet, or none of its images has another of its class"
                            + " to be found.",
                    "class",
                    "empty");
        }
        Map<String, Double> others = others(report.metrics());
        if (!others.isEmpty()) {
            page.element("h3", "Other figures");
            Tables.ofMetrics(page, "Other figures", others);
        }
        page.close();
    }

    /** Whether there were queries to measure with. */
    static boolean isMeasured(VersionReport report) {
        return report.metrics().getOrDefault("queries", 1.0) > 0
                && FIGURES.keySet().stream().anyMatch(report.metrics()::containsKey);
    }

    private static void figures(Markup page, VersionReport report) {
        Map<String, Double> metrics = report.metrics();
        String parent = report.parent();
        Tables.open(page, "Figures on the holdout");
        page.open("thead").open("tr").element("th", "Holdout", "scope", "col");
        page.element("th", "This version", "scope", "col", "class", "number");
        if (parent != null) {
            page.open("th", "scope", "col", "class", "number").name(parent).close();
            page.element("th", "Difference", "scope", "col", "class", "number");
        }
        page.close().close().open("tbody");
        FIGURES.forEach((key, name) -> {
            double value = metrics.getOrDefault(key, Double.NaN);
            page.open("tr").element("th", name, "scope", "row");
            page.element("td", Figures.share(value), "class", "number strong");
            if (parent != null) {
                double before = metrics.getOrDefault(OF_PARENT + key, Double.NaN);
                page.element("td", Figures.share(before), "class", "number");
                page.element("td", Figures.difference(value - before), "class", "number " + direction(value - before));
            }
            page.close();
        });
        page.close();
        Tables.close(page);
    }

    private static String direction(double difference) {
        if (difference > 0) {
            return "better";
        }
        return difference < 0 ? "worse" : "same";
    }

    private static void words(Markup page, Map<String, Double> metrics) {
        Double improvement = metrics.get("improvement");
        if (improvement != null) {
            page.element(
                    "p",
                    "The gate's metric differs by " + Figures.difference(improvement)
                            + " from the parent's; the 95 % interval of"
                            + " the paired bootstrap is "
                            + Figures.difference(metrics.getOrDefault("improvement.low", Double.NaN)) + " to "
                            + Figures.difference(metrics.getOrDefault("improvement.high", Double.NaN)) + ".");
        }
        Double queries = metrics.get("queries");
        String measured = queries == null ? "" : "Measured on " + Figures.of(queries) + " queries. ";
        page.element(
                "p",
                measured + "Recall@K is the share of queries with an image of their class among the K nearest others."
                        + " MAP@R is the mean average precision among the R nearest, where R is the number of others"
                        + " of the class. Both are 0 to 1, and 1 is best.",
                "class",
                "note");
    }

    private static Map<String, Double> others(Map<String, Double> metrics) {
        Map<String, Double> others = new TreeMap<>(metrics);
        others.keySet().removeAll(TOLD_IN_WORDS);
        FIGURES.keySet().forEach(key -> {
            others.remove(key);
            others.remove(OF_PARENT + key);
        });
        return others;
    }

    private static Map<String, String> figures() {
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put("recallAt1", "Recall@1");
        figures.put("recallAt2", "Recall@2");
        figures.put("recallAt4", "Recall@4");
        figures.put("recallAt8", "Recall@8");
        figures.put("mapAtR", "MAP@R");
        return figures;
    }
}
