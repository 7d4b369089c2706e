package io.sightline.trainer.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A line of a chart. Immutable.
 *
 * @param name for the legend
 * @param points by the order in which they are joined
 */
public record Series(String name, List<Point> points) {

    /**
     * A point.
     *
     * @param x a count such as steps, or a mean of counts
     * @param y NaN where nothing was measured: the line has a gap there
     * @param apart drawn as a cross beside the line instead of on it
     * @param title what it is, for a pointer that rests on it; empty if there is nothing to say
     */
    public record Point(double x, double y, boolean apart, String title) {

        /** A point with nothing to say. */
        public Point(double x, double y) {
            this(x, y, false, "");
        }
    }

    /** Copies the points. */
    public Series {
        points = List.copyOf(points);
    }

    /** A curve, thinned to at most so many points, each the mean of as many neighbours. */
    static Series thinned(String name, List<CurvePoint> curve, ToDoubleFunction<CurvePoint> value, int most) {
        int size = Math.min(most, curve.size());
        List<Point> points = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            List<CurvePoint> bucket =
                    curve.subList((int) ((long) i * curve.size() / size), (int) ((i + 1L) * curve.size() / size));
            points.add(new Point(mean(bucket, CurvePoint::step), mean(bucket, value)));
        }
        return new Series(name, points);
    }

    /** The values that are numbers, NaN if there are none: one lost measurement does not hide its neighbours. */
    private static double mean(List<CurvePoint> points, ToDoubleFunction<CurvePoint> value) {
        return points.stream()
                .mapToDouble(value)
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
    }
}
