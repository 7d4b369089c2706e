package io.sightline.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.trainer.report.Series.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SvgChartTest {

    @Test
    void shouldDrawALineFromTheLowerLeftToTheUpperRight() {
        String svg = draw(false, line(0, 1));

        assertThat(svg).contains("d=\"M54.00 186.00L404.00 10.00\"").contains("role=\"img\"");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, '0 0.2 0.4 0.6 0.8 1'",
        "0.13, 0.88, '0 0.2 0.4 0.6 0.8 1'",
        "0, 0.3, '0 0.1 0.2 0.3'",
        "-3, 4, '-4 -2 0 2 4'",
        "0, 52000, '0 20k 40k 60k'",
        "3000000, 4000000, '3M 3.2M 3.4M 3.6M 3.8M 4M'",
        "7, 7, '6 6.5 7 7.5 8'",
        "0, 0, '-1 -0.5 0 0.5 1'",
        "0, 0.000001, '0 2e-7 4e-7 6e-7 8e-7 1e-6'",
    })
    void shouldHaveRoundTicks(double least, double greatest, String expected) {
        Axis axis = Axis.linear(least, greatest);

        assertThat(labels(axis)).isEqualTo(expected);
        assertThat(axis.low()).isLessThanOrEqualTo(least);
        assertThat(axis.high()).isGreaterThanOrEqualTo(greatest);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 3, '0 1 2 3'",
        "1, 2, '1 2'",
        "5, 5, '5'",
        "250, 12400, '2000 4000 6000 8000 10k 12k'",
        "9000000000000000000, 9000000000000000000, '9e18'",
    })
    void shouldCountInWholeSteps(double first, double last, String expected) {
        assertThat(labels(Axis.whole(first, last))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0.02, 30, '0.01 0.1 1 10 100'", "5, 5, '1 10'", "1e-9, 1e9, '1e-9 1e-5 0.1 1000 10M'"})
    void shouldHavePowersOfTenIfLogarithmic(double least, double greatest, String expected) {
        assertThat(labels(Axis.powersOfTen(least, greatest))).isEqualTo(expected);
    }

    @Test
    void shouldPlaceLogarithmicValuesByTheirPowers() {
        String svg = draw(true, line(1, 10, 100));

        assertThat(svg).contains("d=\"M54.00 186.00L229.00 98.00L404.00 10.00\"");
    }

    @Test
    void shouldLeaveGapsWhereNothingWasMeasured() {
        String svg = draw(false, line(0, 1, Double.NaN, 1, Double.POSITIVE_INFINITY, 0, 1));

        assertThat(path(svg)).matches("M[^ML]+L[^ML]+M[^ML]+M[^ML]+L[^ML]+");
        assertThat(svg).doesNotContain("NaN", "Infinity");
    }

    @Test
    void shouldLeaveGapsWhereALogarithmIsNot() {
        assertThat(path(draw(true, line(1, 10, 0, 10, 1)))).matches("M[^ML]+L[^ML]+M[^ML]+L[^ML]+");
    }

    @Test
    void shouldSayIfNothingWasMeasured() {
        for (Series empty : List.of(line(), line(Double.NaN, Double.NaN))) {
            for (boolean logarithmic : new boolean[] {false, true}) {
                String svg = draw(logarithmic, empty);

                assertThat(svg)
                        .contains(">nothing measured<", "loss: nothing measured.")
                        .doesNotContain("<path");
            }
        }
    }

    @Test
    void shouldDrawASinglePointAndConstantsInTheMiddle() {
        assertThat(draw(false, line(3))).contains("cx=\"229.00\" cy=\"98.00\"");
        assertThat(draw(false, line(3, 3, 3))).contains("d=\"M54.00 98.00L229.00 98.00L404.00 98.00\"");
    }

    @Test
    void shouldDotFewPointsAndThoseBetweenGapsOnly() {
        double[] many = new double[100];
        many[49] = Double.NaN;
        many[51] = Double.NaN;

        assertThat(draw(false, line(1, 2, 3)).split("<circle", -1)).hasSize(4);
        assertThat(draw(false, line(many)).split("<circle", -1)).hasSize(2);
    }

    @Test
    void shouldKeepPointsApartFromTheLine() {
        Series series = new Series(
                "recall", List.of(new Point(1, 0), new Point(2, 1, true, "v2 <kept back>"), new Point(3, 0)));

        String svg = draw(false, series);

        assertThat(path(svg)).isEqualTo("M54.00 186.00L404.00 186.00");
        assertThat(svg).contains("class=\"cross cross-0\" d=\"M229.00 10.00").contains("v2 &lt;kept back&gt;");
    }

    @Test
    void shouldMakeRoomForMarksBeyondTheLine() {
        List<SvgChart.Mark> marks =
                List.of(new SvgChart.Mark(0, "v1", false), new SvgChart.Mark(4, "v2, kept back", true));

        String svg = markup(new SvgChart("c", "Loss", "step", 420, false, List.of(line(0, 1, 0)), marks));

        assertThat(svg).contains("class=\"mark\" d=\"M54.00 10V186\"", "class=\"mark apart\" d=\"M404.00 10V186\"");
        assertThat(path(svg)).isEqualTo("M54.00 186.00L141.50 10.00L229.00 186.00");
    }

    @Test
    void shouldHaveALegendForSeveralSeriesOnly() {
        SvgChart two = new SvgChart(
                "c", "Time", "step", 420, false, List.of(line(1), new Series("a & b", List.of())), List.of());

        assertThat(markup(two)).contains("class=\"legend\"", "a &amp; b");
        assertThat(draw(false, line(1))).doesNotContain("legend");
    }

    @Test
    void shouldTellInWordsWhatItShows() {
        SvgChart chart = new SvgChart("c", "Loss", "step", 420, false, List.of(line(5, 0.25, 9, 2)), List.of());

        assertThat(chart.description()).isEqualTo("loss: 5 at step 0, 2 at step 3, between 0.2500 and 9.");
    }

    @Test
    void shouldWriteNumbersTheSameInAllLocales() {
        Locale before = Locale.getDefault();
        String expected = draw(false, line(0.25, 0.5));
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG"));

            assertThat(draw(false, line(0.25, 0.5))).isEqualTo(expected).contains("0.25");
        } finally {
            Locale.setDefault(before);
        }
    }

    private static Series line(double... values) {
        List<Point> points = new ArrayList<>();
        for (double y : values) {
            points.add(new Point(points.size(), y));
        }
        return new Series("loss", points);
    }

    private static String draw(boolean logarithmic, Series series) {
        return markup(new SvgChart("c", "Loss", "step", 420, logarithmic, List.of(series), List.of()));
    }

    private static String markup(SvgChart chart) {
        Markup page = new Markup();
        chart.addTo(page);
        return page.toString();
    }

    private static String path(String svg) {
        return svg.replaceAll("(?s).*class=\"line line-0\" d=\"([^\"]*)\".*", "$1");
    }

    private static String labels(Axis axis) {
        return String.join(" ", axis.ticks().stream().map(Figures::tick).toList());
    }
}
