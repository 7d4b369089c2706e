package io.sightline.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class TrainingReportTest {

    private static final String HOSTILE = "<script>alert(\"a\" & 'b')</script>";

    private final ReportFixture fixture = new ReportFixture();

    @TempDir
    private Path folder;

    @Test
    void shouldShowTheFiguresBesideTheParentsWithTheDifference() throws Exception {
        Document page = parse(fixture.html());

        assertThat(text(page, "h1")).startsWith("Version v2").endsWith("published");
        assertThat(rows(page, "summary"))
                .contains("Recall@1 0.7500 0.5000 +0.2500", "MAP@R 0.6250 0.5000 +0.1250", "Recall@2 – – –");
        assertThat(section(page, "summary")).contains("Measured on 240 queries");
        assertThat(rows(page, "versions").get(1)).startsWith("2 v2 published 300 0.7500 0.6250 –");
        assertThat(rows(page, "settings")).contains("embedding.size 64");
        assertThat(rows(page, "lineage")).contains("offsets 0-1000");
        assertThat(rows(page, "metrics")).contains("parent.mapAtR 0.5000", "queries 240");
    }

    @Test
    void shouldSayWhyAVersionWasKeptBack() throws Exception {
        fixture.published = false;
        fixture.reason = "does not lie above the margin";

        Document page = parse(fixture.html());

        assertThat(text(page, "h1")).endsWith("kept back");
        assertThat(text(page, "title")).contains("v2, kept back");
        assertThat(text(page, "header")).contains("does not lie above the margin");
    }

    @Test
    void shouldShowTheIntervalAndFiguresItDoesNotKnow() throws Exception {
        fixture.metrics = Map.of(
                "recallAt1",
                0.5,
                "improvement",
                0.02,
                "improvement.low",
                -0.01,
                "improvement.high",
                0.05,
                "old.x",
                0.25);

        Document page = parse(fixture.html());

        assertThat(section(page, "summary")).contains("differs by +0.0200", "is -0.0100 to +0.0500", "Other figures");
        assertThat(rows(page, "summary")).contains("old.x 0.2500");
    }

    @Test
    void shouldNeedNothingButItself() throws Exception {
        String html = fixture.html();

        Document page = parse(html);

        assertThat(html).doesNotContain("http:", "https:", "@import", "url(", "<script", "<link");
        for (Element element : elements(page, "*")) {
            assertThat(element.getAttribute("href")).as("href of " + element).matches("|#.+");
            assertThat(element.getAttribute("src")).as("src of " + element).matches("|data:image/png;base64,.+");
        }
    }

    @Test
    void shouldBeAccessible() throws Exception {
        Document page = parse(fixture.html());

        assertThat(page.getDocumentElement().getAttribute("lang")).isEqualTo("en");
        assertThat(elements(page, "th")).isNotEmpty().allMatch(cell -> cell.hasAttribute("scope"));
        assertThat(elements(page, "img"))
                .hasSize(2)
                .noneMatch(image -> image.getAttribute("alt").isBlank());
        List<Element> charts = elements(page, "svg").stream()
                .filter(svg -> svg.getAttribute("role").equals("img"))
                .toList();
        assertThat(charts).hasSize(9).allSatisfy(chart -> {
            assertThat(children(chart, "title")).isNotEmpty();
            assertThat(children(chart, "desc").getFirst().getTextContent()).isNotBlank();
        });
        List<String> ids = elements(page, "*").stream()
                .map(element -> element.getAttribute("id"))
                .filter(id -> !id.isEmpty())
                .toList();
        assertThat(ids).doesNotHaveDuplicates().contains("loss-title", "summary");
        assertThat(elements(page, "a"))
                .allSatisfy(link ->
                        assertThat(ids).contains(link.getAttribute("href").substring(1)));
    }

    @Test
    void shouldEscapeWhatComesFromOutside() throws Exception {
        fixture.version = HOSTILE;
        fixture.parent = HOSTILE;
        fixture.reason = HOSTILE;
        fixture.settings = Map.of(HOSTILE, HOSTILE);
        fixture.metrics = Map.of("recallAt1", 0.5, HOSTILE, 1.5);
        fixture.history = List.of(new VersionPoint(HOSTILE, 100, true, 0.5, 0.5, 0.5));
        fixture.confusions = List.of(ReportFixture.confused(HOSTILE, "\" onerror=\"x"));

        String html = fixture.html();

        assertThat(html).doesNotContain("<script", "\" onerror");
        Document page = parse(html);
        assertThat(text(page, "h1")).contains(HOSTILE);
        assertThat(rows(page, "settings")).contains(HOSTILE + " " + HOSTILE);
        assertThat(rows(page, "metrics")).contains(HOSTILE + " 1.5000");
        assertThat(elements(page, "img").getFirst().getAttribute("alt")).endsWith(HOSTILE);
        assertThat(elements(page, "img")).noneMatch(image -> image.hasAttribute("onerror"));
    }

    @Test
    void shouldReplaceCharactersThatNoPageMayHold() throws Exception {
        fixture.confusions = List.of(ReportFixture.confused("a\u0000b\uD800c\uFFFEd\u001B", "猫 😀"));

        Document page = parse(fixture.html());

        assertThat(section(page, "confusions")).contains("a\uFFFDb\uFFFDc\uFFFDd\uFFFD", "猫 😀");
    }

    @Test
    void shouldSayWhatItMeansThatThereIsNothingToShow() throws Exception {
        fixture.parent = null;
        fixture.metrics = Map.of("queries", 0.0, "recallAt1", 0.0, "mapAtR", 0.0);
        fixture.settings = Map.of();
        fixture.curves = List.of();
        fixture.history = List.of();
        fixture.confusions = List.of();

        Document page = parse(fixture.html());

        assertThat(section(page, "summary")).contains("Nothing was measured").doesNotContain("Recall@1");
        assertThat(section(page, "versions")).contains("No versions yet");
        assertThat(section(page, "curves")).contains("No curves yet");
        assertThat(section(page, "confusions")).contains("No holdout to search");
        assertThat(section(page, "settings")).contains("None were given");
        assertThat(text(page, "header")).contains("none, the first version");
        assertThat(elements(page, "svg")).isEmpty();
    }

    @Test
    void shouldClaimThatNothingWasConfusedOnlyIfSo() throws Exception {
        fixture.confusions = List.of();

        Document some = parse(fixture.html());
        fixture.metrics = Map.of("recallAt1", 1.0, "queries", 240.0);
        Document none = parse(fixture.html());

        assertThat(section(some, "confusions")).contains("was not recorded");
        assertThat(section(none, "confusions")).contains("Every holdout query found its own class first");
    }

    @Test
    void shouldTellVersionsThatWereKeptBackFromThoseThatWerePublished() throws Exception {
        fixture.history = List.of(
                new VersionPoint("v1", 100, false, 0.5, 0.4, Double.NaN),
                new VersionPoint("v2", 200, true, 0.4, 0.3, Double.NaN),
                new VersionPoint("v3", 300, false, 0.6, 0.5, 0.2));

        Document page = parse(fixture.html());

        Element versions = byId(page, "versions");
        assertThat(children(versions, "path").stream()
                        .filter(path -> path.getAttribute("class").startsWith("cross")))
                .hasSize(2)
                .allMatch(cross -> cross.getTextContent().contains("v2, kept back"));
        assertThat(children(versions, "circle")).hasSize(5);
        assertThat(versions.getTextContent()).contains("crosses are versions", "classes not seen lately");
        assertThat(children(byId(page, "curves"), "path").stream()
                        .map(path -> path.getAttribute("class"))
                        .filter(style -> style.equals("mark apart")))
                .hasSize(8);
    }

    @Test
    void shouldThinLongCurvesToTheirMeans() {
        List<CurvePoint> curve = ReportFixture.curve(1000);

        Series whole = Series.thinned("steps", curve, CurvePoint::step, 2000);
        Series thinned = Series.thinned("steps", curve, CurvePoint::step, 400);

        assertThat(whole.points()).hasSize(1000);
        assertThat(thinned.points()).hasSize(400).allMatch(point -> point.x() == point.y());
        assertThat(thinned.points().get(0).y()).isEqualTo(15);
        assertThat(thinned.points().get(399).y()).isEqualTo(9990);
    }

    @Test
    void shouldAverageWhatWasMeasured() {
        List<CurvePoint> curve = new ArrayList<>(ReportFixture.curve(4));
        curve.set(1, new CurvePoint(20, Double.NaN, Double.NaN, 0, 0, 0, 0, 0, 0, 0));
        curve.set(2, curve.get(1));
        curve.set(3, curve.get(1));

        Series thinned = Series.thinned("loss", curve, CurvePoint::batchLoss, 2);

        assertThat(thinned.points()).extracting(Series.Point::y).containsExactly(5.0, Double.NaN);
    }

    @Test
    void shouldDrawLongAndWideCurvesSoThatTheyCanBeRead() throws Exception {
        Document few = parse(fixture.html());
        fixture.curves = ReportFixture.curve(1000);
        Document many = parse(fixture.html());

        assertThat(gradientTicks(few)).contains("400").doesNotContain("10");
        assertThat(gradientTicks(many)).contains("1", "10", "100", "1000");
        Element line = children(byId(many, "curves"), "path").stream()
                .filter(path -> path.getAttribute("class").equals("line line-0"))
                .findFirst()
                .orElseThrow();
        assertThat(line.getAttribute("d").split("[ML]")).hasSize(401);
    }

    @Test
    void shouldShowInvertedDrawingsAsTheyWereDrawn() throws Exception {
        byte[] pixels = new byte[ReportFixture.DRAWING.bytes()];
        pixels[9] = (byte) 200;

        String uri = new Thumbnails(ReportFixture.DRAWING).dataUri(pixels);

        byte[] png = Base64.getDecoder().decode(uri.substring("data:image/png;base64,".length()));
        var picture = ImageIO.read(new ByteArrayInputStream(png));
        assertThat(picture.getWidth()).isEqualTo(8);
        assertThat(picture.getRGB(0, 0)).isEqualTo(0xFFFFFFFF);
        assertThat(picture.getRGB(1, 1)).isEqualTo(0xFF373737);
    }

    @Test
    void shouldRefuseImagesOfAnotherSize() {
        fixture.confusions = List.of(new ConfusedClasses(
                "cup", "mug", 1, 2, new HoldoutImage("a", new byte[5]), new HoldoutImage("b", new byte[64])));

        assertThatThrownBy(fixture::html)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("5 bytes")
                .hasMessageContaining("has 64");
    }

    @Test
    void shouldLoseThePicturesOfDeletedImagesAndNothingElse() throws Exception {
        fixture.confusions = List.of(ReportFixture.confused("cup", "mug"), ReportFixture.confused("cat", "dog"));
        Path file = folder.resolve("v2.html");
        TrainingReport.write(fixture.report(), file);
        String before = Files.readString(file);
        assertThat(before.split("<img ", -1)).hasSize(5);
        assertThat(before).doesNotContain("query of cup\"", "neighbour of cat\"");

        int removed = ErasedPictures.remove(file, Set.of("query of cup", "neighbour of cat", "of no report"));

        assertThat(removed).isEqualTo(2);
        String after = Files.readString(file);
        assertThat(after.split("<img ", -1)).hasSize(3);
        assertThat(after)
                .contains(ErasedPictures.mark("neighbour of cup"), ErasedPictures.mark("query of cat"))
                .doesNotContain(ErasedPictures.mark("query of cup"), ErasedPictures.mark("neighbour of cat"));
        assertThat(after.replaceAll("<img [^>]*>\\s*", ""))
                .isEqualToIgnoringWhitespace(before.replaceAll("<img [^>]*>\\s*", ""));
        assertThat(ErasedPictures.remove(file, Set.of("query of cup"))).isZero();
    }

    @Test
    void shouldWriteOverAnOldReportAndLeaveNothingElse() throws Exception {
        Path file = folder.resolve("reports").resolve("v2.html");

        TrainingReport.write(fixture.report(), file);
        fixture.reason = "second thoughts: 猫";
        TrainingReport.write(fixture.report(), file);

        assertThat(Files.readString(file)).contains("second thoughts: 猫").isEqualTo(fixture.html());
        try (Stream<Path> files = Files.list(folder.resolve("reports"))) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void shouldNameTheFileThatCannotBeWritten() throws Exception {
        Path occupied = Files.writeString(folder.resolve("occupied"), "a file, not a folder");

        assertThatThrownBy(() -> TrainingReport.write(fixture.report(), occupied.resolve("v2.html")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("could not write " + occupied.resolve("v2.html"));
    }

    private static Document parse(String html) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Element> elements(Document page, String tag) {
        return list(page.getElementsByTagName(tag));
    }

    private static List<Element> children(Element element, String tag) {
        return list(element.getElementsByTagName(tag));
    }

    private static List<Element> list(NodeList nodes) {
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    private static List<String> gradientTicks(Document page) {
        Element chart = (Element) byId(page, "gradient-title").getParentNode();
        return children(chart, "text").stream()
                .filter(text -> text.getAttribute("class").equals("left"))
                .map(Element::getTextContent)
                .toList();
    }

    private static Element byId(Document page, String id) {
        return elements(page, "*").stream()
                .filter(element -> element.getAttribute("id").equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static String text(Document page, String tag) {
        return elements(page, tag).getFirst().getTextContent().strip();
    }

    private static String section(Document page, String id) {
        return byId(page, id).getTextContent();
    }

    /** Rows of the tables of a section, their cells joined by spaces. */
    private static List<String> rows(Document page, String id) {
        return children(byId(page, id), "tr").stream()
                .map(row -> row.getTextContent().strip().replaceAll("\\s*\n\\s*", " "))
                .toList();
    }
}
