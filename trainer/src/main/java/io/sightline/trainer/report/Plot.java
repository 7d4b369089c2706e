package io.sightline.trainer.report;

import static io.sightline.trainer.report.Markup.coordinate;

import io.sightline.trainer.report.Series.Point;
import java.util.List;

/**
 * The drawing of a chart that has points to show: grid, marks, lines and dots.
 *
 * @param chart what to draw
 * @param page in whose open {@code svg} element to draw
 * @param horizontal axis of x, all of the chart's points and marks within
 * @param vertical axis of y, likewise
 */
record Plot(SvgChart chart, Markup page, Axis horizontal, Axis vertical) {

    /** Of the whole drawing, in pixels. */
    static final int HEIGHT = 230;

    private static final int LEFT = 54;
    private static final int RIGHT = 16;
    private static final int TOP = 10;
    private static final int BOTTOM = 44;

    /** Up to here, every point of a line has a dot. */
    private static final int FEW = 40;

    void draw() {
        grid();
        chart.marks().forEach(this::mark);
        for (int i = 0; i < chart.series().size(); i++) {
            List<Point> points = chart.series().get(i).points();
            List<Point> joined = points.stream().filter(point -> !point.apart()).toList();
            line(joined, i);
            dots(joined, i);
            for (Point point : points) {
                if (point.apart() && chart.isShown(point)) {
                    cross(point, i);
                }
            }
        }
    }

    private void grid() {
        for (double tick : vertical.ticks()) {
            String y = y(tick);
            page.empty("path", "class", "grid", "d", "M" + LEFT + " " + y + "H" + (chart.width() - RIGHT));
            page.element("text", Figures.tick(tick), "class", "left", "x", Integer.toString(LEFT - 6), "y", y);
        }
        String bottom = Integer.toString(HEIGHT - BOTTOM + 16);
        for (double tick : horizontal.ticks()) {
            page.element("text", Figures.tick(tick), "class", "below", "x", x(tick), "y", bottom);
        }
        String middle = coordinate((LEFT + chart.width() - RIGHT) / 2.0);
        page.element("text", chart.xTitle(), "class", "below", "x", middle, "y", Integer.toString(HEIGHT - 8));
    }

    private void mark(SvgChart.Mark mark) {
        String style = mark.apart() ? "mark apart" : "mark";
        page.open("path", "class", style, "d", "M" + x(mark.x()) + " " + TOP + "V" + (HEIGHT - BOTTOM));
        page.element("title", mark.title()).close();
    }

    private void line(List<Point> points, int index) {
        StringBuilder path = new StringBuilder();
        boolean gap = true;
        for (Point point : points) {
            boolean shown = chart.isShown(point);
            if (shown) {
                path.append(gap ? 'M' : 'L').append(x(point.x())).append(' ').append(y(point.y()));
            }
            gap = !shown;
        }
        if (!path.isEmpty()) {
            page.empty("path", "class", "line line-" + index, "d", path.toString());
        }
    }

    private void dots(List<Point> points, int index) {
        for (int i = 0; i < points.size(); i++) {
            Point point = points.get(i);
            if (chart.isShown(point) && (points.size() <= FEW || isAlone(points, i))) {
                page.open("circle", "class", "dot dot-" + index, "cx", x(point.x()), "cy", y(point.y()), "r", "3");
                title(point);
                page.close();
            }
        }
    }

    /** Between two gaps there is no line, and without a dot the point would not be seen. */
    private boolean isAlone(List<Point> points, int i) {
        boolean before = i > 0 && chart.isShown(points.get(i - 1));
        boolean after = i + 1 < points.size() && chart.isShown(points.get(i + 1));
        return !before && !after;
    }

    private void cross(Point point, int index) {
        String shape = "M" + x(point.x()) + " " + y(point.y()) + "m-4 -4l8 8m0 -8l-8 8";
        page.open("path", "class", "cross cross-" + index, "d", shape);
        title(point);
        page.close();
    }

    private void title(Point point) {
        if (!point.title().isEmpty()) {
            page.element("title", point.title());
        }
    }

    private String x(double value) {
        return coordinate(LEFT + horizontal.position(value) * (chart.width() - LEFT - RIGHT));
    }

    private String y(double value) {
        return coordinate(HEIGHT - BOTTOM - vertical.position(value) * (HEIGHT - BOTTOM - TOP));
    }
}
