package io.sightline.trainer.report;

import io.sightline.trainer.report.Series.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Lines over a whole-numbered axis such as that of steps, as an SVG figure with a legend. Values that are no numbers,
 * and on a logarithmic axis those that are not positive, leave gaps. Immutable.
 *
 * @param id unique on the page
 * @param title what is shown, with its unit
 * @param xTitle what x counts, in the singular
 * @param width of the drawing in pixels, at which letters have their natural size
 * @param logarithmic whether y is
 * @param series at most four, told apart by colour and dashes
 * @param marks vertical lines
 */
public record SvgChart(
        String id, String title, String xTitle, int width, boolean logarithmic, List<Series> series, List<Mark> marks) {

    /**
     * A vertical line.
     *
     * @param title what happened there, for a pointer that rests on it
     * @param apart drawn with dashes
     */
    public record Mark(double x, String title, boolean apart) {}

    /** Copies the lists. */
    public SvgChart {
        series = List.copyOf(series);
        marks = List.copyOf(marks);
    }

    /** Adds the figure to a page. */
    void addTo(Markup page) {
        page.open("figure", "class", "chart").element("figcaption", title);
        String names = id + "-title " + id + "-description";
        String box = "0 0 " + width + " " + Plot.HEIGHT;
        page.open("svg", "viewBox", box, "role", "img", "aria-labelledby", names);
        page.element("title", title, "id", id + "-title");
        page.element("desc", description(), "id", id + "-description");
        if (shown(series).isEmpty()) {
            String x = Integer.toString(width / 2);
            page.element("text", "nothing measured", "class", "none", "x", x, "y", Integer.toString(Plot.HEIGHT / 2));
        } else {
            new Plot(this, page, xAxis(), yAxis()).draw();
        }
        page.close();
        if (series.size() > 1) {
            legend(page);
        }
        page.close();
    }

    /** The figure in words, for those who cannot see it. */
    String description() {
        List<String> sentences = new ArrayList<>();
        for (Series line : series) {
            List<Point> points = shown(List.of(line));
            if (points.isEmpty()) {
                sentences.add(line.name() + ": nothing measured.");
                continue;
            }
            Point first = points.getFirst();
            Point last = points.getLast();
            sentences.add(line.name() + ": " + Figures.of(first.y()) + " at " + at(first) + ", "
                    + Figures.of(last.y()) + " at " + at(last) + ", between "
                    + Figures.of(ys(points).min().orElseThrow()) + " and "
                    + Figures.of(ys(points).max().orElseThrow()) + ".");
        }
        return String.join(" ", sentences);
    }

    private String at(Point point) {
        return xTitle + " " + Figures.tick(point.x());
    }

    private void legend(Markup page) {
        page.open("ul", "class", "legend");
        for (int i = 0; i < series.size(); i++) {
            page.open("li").open("svg", "viewBox", "0 0 28 8", "class", "key", "aria-hidden", "true");
            page.empty("path", "class", "line line-" + i, "d", "M0 4H28").close();
            page.text(series.get(i).name()).close();
        }
        page.close();
    }

    private Axis xAxis() {
        List<Double> places = new ArrayList<>();
        shown(series).forEach(point -> places.add(point.x()));
        marks.forEach(mark -> places.add(mark.x()));
        return Axis.whole(
                places.stream().mapToDouble(x -> x).min().orElse(0),
                places.stream().mapToDouble(x -> x).max().orElse(0));
    }

    private Axis yAxis() {
        double least = ys(shown(series)).min().orElse(1);
        double greatest = ys(shown(series)).max().orElse(1);
        return logarithmic ? Axis.powersOfTen(least, greatest) : Axis.linear(least, greatest);
    }

    private List<Point> shown(List<Series> lines) {
        return lines.stream()
                .flatMap(line -> line.points().stream())
                .filter(this::isShown)
                .toList();
    }

    /** Whether a point has a place in the drawing. */
    boolean isShown(Point point) {
        return Axis.shows(point.x(), false) && Axis.shows(point.y(), logarithmic);
    }

    private static DoubleStream ys(List<Point> points) {
        return points.stream().mapToDouble(Point::y);
    }
}
