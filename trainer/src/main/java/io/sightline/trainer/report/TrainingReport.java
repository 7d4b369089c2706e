package io.sightline.trainer.report;

import io.sightline.embedder.image.Preprocessing;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A version on one page of HTML: what was decided and why, the figures, the versions before it, the training curves and
 * the hardest classes. The page needs nothing but itself, neither scripts nor a network, and is well-formed XML.
 */
public final class TrainingReport {

    private static final Map<String, String> SECTIONS = sections();

    private TrainingReport() {}

    /**
     * The page.
     *
     * @throws IllegalArgumentException if the images of the confusions are not of the report's preprocessing
     */
    public static String html(VersionReport report) {
        Markup page = new Markup().verbatim("<!DOCTYPE html>\n").open("html", "lang", "en");
        PageFile.head(page, report.version() + ", " + decision(report) + " – Sightline training report");
        page.open("body").element("a", "Skip to the figures", "class", "skip", "href", "#summary");
        header(page, report);
        page.open("main");
        SummarySection.addTo(page, report);
        HistorySection.addTo(page, report);
        CurvesSection.addTo(page, report);
        ConfusionsSection.addTo(page, report);
        Tables.section(page, "settings", "Settings", report.settings());
        Tables.section(page, "lineage", "Lineage", report.lineage());
        page.open("section", "id", "metrics").element("h2", "All metrics");
        Tables.ofMetrics(page, "All metrics", report.metrics());
        return page.close().close().close().close().toString();
    }

    /**
     * Writes the page beside its target and renames it, so that a reader sees the old page or the new one.
     *
     * @throws UncheckedIOException if it cannot be written; what was there before then remains
     */
    public static void write(VersionReport report, Path file) {
        PageFile.write(html(report), file);
    }

    private static void header(Markup page, VersionReport report) {
        page.open("header").open("h1").text("Version ").name(report.version()).text(" ");
        page.open("span", "class", "badge " + (report.published() ? "better" : "worse"));
        page.text(decision(report)).close().close();
        page.element("p", report.reason());
        String parent = report.parent();
        page.open("dl");
        fact(page, "Parent", parent == null ? "none, the first version" : parent);
        page.element("dt", "Decided").open("dd");
        page.element("time", report.time().toString(), "datetime", report.time().toString())
                .close();
        fact(page, "Network", report.network());
        fact(page, "Input", input(report.preprocessing()));
        page.close().open("nav", "aria-label", "Sections").open("ul");
        SECTIONS.forEach((id, title) ->
                page.open("li").element("a", title, "href", "#" + id).close());
        page.close().close().close();
    }

    private static void fact(Markup page, String name, String value) {
        page.element("dt", name).open("dd").name(value).close();
    }

    private static String decision(VersionReport report) {
        return HistorySection.decision(!report.published());
    }

    private static String input(Preprocessing preprocessing) {
        return preprocessing.describe() + " pixels, "
                + (preprocessing.channels() == 1 ? "grey" : "colour")
                + (preprocessing.invert() ? ", inverted (shown as drawn)" : "");
    }

    private static Map<String, String> sections() {
        Map<String, String> sections = new LinkedHashMap<>();
        sections.put("summary", "Summary");
        sections.put("versions", "Versions");
        sections.put("curves", "Training");
        sections.put("confusions", "Confusions");
        sections.put("settings", "Settings");
        sections.put("lineage", "Lineage");
        sections.put("metrics", "All metrics");
        return sections;
    }
}
