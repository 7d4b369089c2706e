package io.sightline.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class ChartPageTest {

    @TempDir
    Path folder;

    @Test
    void shouldHoldItsChartsAndTablesEscaped() throws Exception {
        Path file = folder.resolve("page.html");

        new ChartPage("A <b>title</b>", "What it shows.")
                .chart(
                        "Recall",
                        "second",
                        List.of(new Series("first", List.of(new Series.Point(1, 0.5), new Series.Point(2, 0.75)))),
                        List.of(new SvgChart.Mark(1.5, "a change", false)))
                .note("As measured.")
                .chart("Memory", "second", List.of(new Series("RSS", List.of(new Series.Point(1, 900)))), List.of())
                .table("Figures", List.of("Figure", "Value"), List.of(List.of("a & b", "1.000")))
                .write(file);

        String page = Files.readString(file);
        Document parsed = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)));
        assertThat(parsed.getElementsByTagName("figure").getLength()).isEqualTo(2);
        assertThat(parsed.getElementsByTagName("h1").item(0).getTextContent()).isEqualTo("A <b>title</b>");
        assertThat(parsed.getElementsByTagName("td").item(0).getTextContent()).isEqualTo("a & b");
        assertThat(page).contains("first: 0.5000 at second 1, 0.7500 at second 2");
    }
}
