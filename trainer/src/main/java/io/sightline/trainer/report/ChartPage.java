package io.sightline.trainer.report;

import java.nio.file.Path;
import java.util.List;

/**
 * Charts and tables on one page of HTML, in the look of the training reports: it needs nothing but itself. Build it from
 * the top down, then write it once. Not thread-safe.
 */
public final class ChartPage {

    private static final int WIDTH = 680;

    private final Markup page = new Markup().verbatim("<!DOCTYPE html>\n").open("html", "lang", "en");
    private int charts;

    /** Begins a page. */
    public ChartPage(String title, String introduction) {
        PageFile.head(page, title);
        page.open("body").open("header").element("h1", title).element("p", introduction);
        page.close().open("main");
    }

    /**
     * Adds a chart.
     *
     * @param title what is shown, with its unit
     * @param xTitle what x counts, in the singular
     * @param series at most four
     */
    public ChartPage chart(String title, String xTitle, List<Series> series, List<SvgChart.Mark> marks) {
        charts++;
        page.open("section");
        page.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", title);
        new SvgChart("chart-" + charts, title, xTitle, WIDTH, false, series, marks).addTo(page);
        page.close().close();
        return this;
    }

    /** Adds a remark under what was added last. */
    public ChartPage note(String note) {
        page.element("p", note, "class", "note");
        return this;
    }

    /** Adds a table; all its rows are as long as its head. */
    public ChartPage table(String title, List<String> head, List<List<String>> rows) {
        page.open("section").element("h2", title);
        Tables.open(page, title);
        page.open("thead").open("tr");
        head.forEach(name -> page.element("th", name, "scope", "col"));
        page.close().close().open("tbody");
        for (List<String> row : rows) {
            page.open("tr");
            row.forEach(text -> page.open("td", "class", "value").name(text).close());
            page.close();
        }
        page.close();
        Tables.close(page);
        page.close();
        return this;
    }

    /**
     * Ends the page and writes it beside its target, to be renamed in one go.
     *
     * @throws java.io.UncheckedIOException if it cannot be written
     */
    public void write(Path file) {
        PageFile.write(page.close().close().close().toString(), file);
    }
}
