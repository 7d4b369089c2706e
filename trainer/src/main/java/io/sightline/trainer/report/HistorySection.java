package io.sightline.trainer.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** How the versions of a lineage compare. */
final class HistorySection {

    private static final int WIDTH = 680;

    private HistorySection() {}

    static void addTo(Markup page, VersionReport report) {
        List<VersionPoint> history = report.history();
        page.open("section", "id", "versions").element("h2", "Versions");
        if (history.isEmpty()) {
            page.element("p", "No versions yet: they are drawn from the first decision on.", "class", "empty");
        } else {
            page.open(
                    "div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Chart of the versions");
            chart(history).addTo(page);
            page.close();
            page.element("p", note(history), "class", "note");
            table(page, history);
        }
        page.close();
    }

    /** What became of a version. */
    static String decision(boolean rejected) {
        return rejected ? "kept back" : "published";
    }

    private static SvgChart chart(List<VersionPoint> history) {
        List<Series> series = new ArrayList<>();
        series.add(series("Recall@1", history, VersionPoint::recallAt1));
        series.add(series("MAP@R", history, VersionPoint::mapAtR));
        if (history.stream().anyMatch(point -> !Double.isNaN(point.forgottenRecallAt1()))) {
            series.add(series("Recall@1 of classes not seen lately", history, VersionPoint::forgottenRecallAt1));
        }
        return new SvgChart("history", "Figures on the holdout by version", "version", WIDTH, false, series, List.of());
    }

    /** By number, not by step: a version that was kept back may share its steps with the next one. */
    private static Series series(String name, List<VersionPoint> history, ToDoubleFunction<VersionPoint> figure) {
        List<Series.Point> points = new ArrayList<>();
        for (VersionPoint version : history) {
            double y = figure.applyAsDouble(version);
            String decision = decision(version.rejected());
            String title = version.version() + ", " + decision + ": " + name + " " + Figures.share(y);
            points.add(new Series.Point(points.size() + 1.0, y, version.rejected(), title));
        }
        return new Series(name, points);
    }

    private static String note(List<VersionPoint> history) {
        return history.stream().anyMatch(VersionPoint::rejected)
                ? "Lines join the versions that were published; crosses are versions that the gate kept back."
                : "The gate has let every version through.";
    }

    private static void table(Markup page, List<VersionPoint> history) {
        Tables.open(page, "Versions, the newest first");
        page.open("thead").open("tr");
        page.element("th", "No.", "scope", "col", "class", "number");
        page.element("th", "Version", "scope", "col").element("th", "Decision", "scope", "col");
        for (String figure : List.of("Steps", "Recall@1", "MAP@R", "Recall@1, not seen lately")) {
            page.element("th", figure, "scope", "col", "class", "number");
        }
        page.close().close().open("tbody");
        for (int i = history.size() - 1; i >= 0; i--) {
            VersionPoint version = history.get(i);
            page.open("tr").element("td", Integer.toString(i + 1), "class", "number");
            page.open("th", "scope", "row").name(version.version()).close();
            page.element("td", decision(version.rejected()), "class", version.rejected() ? "worse" : "better");
            page.element("td", Long.toString(version.steps()), "class", "number");
            page.element("td", Figures.share(version.recallAt1()), "class", "number");
            page.element("td", Figures.share(version.mapAtR()), "class", "number");
            page.element("td", Figures.share(version.forgottenRecallAt1()), "class", "number");
            page.close();
        }
        page.close();
        Tables.close(page);
    }
}
