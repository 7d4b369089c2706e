package io.sightline.trainer.report;

import java.util.Map;
import java.util.TreeMap;

/** Tables that scroll within the page, with keys and fingers, where they are wider or longer than it. */
final class Tables {

    private Tables() {}

    /** Opens a table; its rows follow, then {@link #close}. */
    static void open(Markup page, String title) {
        page.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", title);
        page.open("table").element("caption", title, "class", "unseen");
    }

    static void close(Markup page) {
        page.close().close();
    }

    /** A section with a table of names and values, ordered by name. */
    static void section(Markup page, String id, String title, Map<String, String> values) {
        page.open("section", "id", id).element("h2", title);
        ofTexts(page, title, values);
        page.close();
    }

    /** Figures by name. */
    static void ofMetrics(Markup page, String title, Map<String, Double> metrics) {
        Map<String, String> texts = new TreeMap<>();
        metrics.forEach((name, value) -> texts.put(name, Figures.of(value)));
        ofTexts(page, title, texts);
    }

    private static void ofTexts(Markup page, String title, Map<String, String> values) {
        if (values.isEmpty()) {
            page.element("p", "None were given.", "class", "empty");
            return;
        }
        open(page, title);
        page.open("thead").open("tr").element("th", "Name", "scope", "col").element("th", "Value", "scope", "col");
        page.close().close().open("tbody");
        new TreeMap<>(values).forEach((name, value) -> {
            page.open("tr").open("th", "scope", "row").name(name).close();
            page.open("td", "class", "value").name(value).close().close();
        });
        page.close();
        close(page);
    }
}
