package io.sightline.trainer.report;

import java.util.List;

/** The hardest classes, each with the wrong pair that the network is most certain of. */
final class ConfusionsSection {

    private ConfusionsSection() {}

    static void addTo(Markup page, VersionReport report) {
        page.open("section", "id", "confusions").element("h2", "Classes taken for each other");
        if (report.confusions().isEmpty()) {
            page.element("p", whyEmpty(report), "class", "empty");
        } else {
            page.element(
                    "p",
                    "Holdout images whose nearest other image is of another class, the worst pairs of classes first."
                            + " On the left the query, on the right its nearest neighbour.",
                    "class",
                    "note");
            pairs(page, report.confusions(), new Thumbnails(report.preprocessing()));
        }
        page.close();
    }

    private static String whyEmpty(VersionReport report) {
        if (!SummarySection.isMeasured(report)) {
            return "No holdout to search: nothing could be taken for anything else.";
        }
        return report.metrics().getOrDefault("recallAt1", 1.0) < 1
                ? "Which classes were taken for each other was not recorded."
                : "Every holdout query found its own class first.";
    }

    private static void pairs(Markup page, List<ConfusedClasses> confusions, Thumbnails thumbnails) {
        page.open("ul", "class", "pairs");
        for (ConfusedClasses pair : confusions) {
            page.open("li").open("div", "class", "images");
            thumbnails.addTo(page, pair.query(), "query of class " + pair.label());
            thumbnails.addTo(page, pair.neighbour(), "nearest neighbour, of class " + pair.takenFor());
            page.close().open("div").name(pair.label(), "class", "strong").text(" taken for ");
            page.name(pair.takenFor(), "class", "strong").close();
            page.element("div", pair.wrong() + " of " + pair.queries() + " queries", "class", "note")
                    .close();
        }
        page.close();
    }
}
