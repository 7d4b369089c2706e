package io.sightline.trainer.report;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The training curves as small multiples over the same steps. */
final class CurvesSection {

    private static final int WIDTH = 420;

    /** More points than the drawing has pixels would only make the page larger. */
    private static final int MOST_POINTS = 400;

    /** From here on, the small values of a linear axis could not be told apart. */
    private static final double WIDE = 100;

    private final List<CurvePoint> curve;
    private final List<SvgChart.Mark> versions;

    private CurvesSection(VersionReport report) {
        curve = report.curves();
        versions = report.history().stream()
                .map(version -> new SvgChart.Mark(
                        version.steps(),
                        version.version() + ", " + HistorySection.decision(version.rejected()),
                        version.rejected()))
                .toList();
    }

    static void addTo(Markup page, VersionReport report) {
        page.open("section", "id", "curves").element("h2", "Training");
        if (report.curves().isEmpty()) {
            page.element("p", "No curves yet: they begin with the first steps of training.", "class", "empty");
        } else {
            page.element("p", "Vertical lines are versions, dashed if they were kept back.", "class", "note");
            page.open("div", "class", "charts");
            new CurvesSection(report).charts().forEach(chart -> chart.addTo(page));
            page.close();
        }
        page.close();
    }

    private List<SvgChart> charts() {
        Series gradient = line("gradient norm", CurvePoint::gradientNorm);
        return List.of(
                chart("loss", "Loss on the batch", line("loss", CurvePoint::batchLoss)),
                chart("synthetic", "Loss on synthetic embeddings", line("loss", CurvePoint::syntheticLoss)),
                chart("share", "Share of the batch expanded", line("share", CurvePoint::syntheticShare)),
                chart("cosine", "Cosine to the own proxy", line("cosine", CurvePoint::ownCosine)),
                new SvgChart("gradient", "Gradient norm", "step", WIDTH, isWide(gradient), List.of(gradient), versions),
                chart("rate", "Share of the peak learning rate", line("share", CurvePoint::learningRateFactor)),
                chart("speed", "Images per second", line("images", CurvePoint::imagesPerSecond)),
                chart(
                        "time",
                        "Time of a step in ms",
                        line("step", CurvePoint::stepMillis),
                        line("of which sampling", CurvePoint::sampleMillis)));
    }

    private SvgChart chart(String id, String title, Series... series) {
        return new SvgChart(id, title, "step", WIDTH, false, List.of(series), versions);
    }

    private Series line(String name, ToDoubleFunction<CurvePoint> value) {
        return Series.thinned(name, curve, value, MOST_POINTS);
    }

    private static boolean isWide(Series series) {
        double[] positive = series.points().stream()
                .mapToDouble(Series.Point::y)
                .filter(y -> Axis.shows(y, true))
                .sorted()
                .toArray();
        return positive.length > 0 && positive[positive.length - 1] > WIDE * positive[0];
    }
}
