package io.sightline.trainer.report;

import java.util.ArrayList;
import java.util.List;

/**
 * An axis with ticks at round values: 1, 2 or 5 times a power of ten. Immutable.
 *
 * @param low value at its start
 * @param high value at its end, above low
 * @param logarithmic whether powers of ten are equally far apart; low and high are then positive
 * @param ticks ascending, within low and high
 */
record Axis(double low, double high, boolean logarithmic, List<Double> ticks) {

    /** Beyond it, differences overflow. */
    private static final double LARGEST = 1e100;

    private static final double SMALLEST = 1e-100;

    /** Values closer than this, relative to their size, are one value: ticks between them could not be told apart. */
    private static final double CONSTANT = 1e-12;

    /** Whether a value has a place on an axis. */
    static boolean shows(double value, boolean logarithmic) {
        return Math.abs(value) <= LARGEST && (!logarithmic || value >= SMALLEST);
    }

    /** From exactly the first to the last of counts such as steps; ticks are whole numbers. */
    static Axis whole(double first, double last) {
        if (last - first < 1) {
            return new Axis(first - 1, first + 1, false, List.of(first));
        }
        double step = Math.max(1, step(last - first, 8));
        return new Axis(first, last, false, multiples(Math.ceil(first / step), Math.floor(last / step), step));
    }

    /** From the tick at or below the least value to the tick at or above the greatest. */
    static Axis linear(double least, double greatest) {
        double size = Math.max(Math.abs(least), Math.abs(greatest));
        if (greatest - least <= Math.max(SMALLEST, size * CONSTANT)) {
            double around = size < 100 * SMALLEST ? 1 : size / 10;
            return linear(least - around, least + around);
        }
        double step = step(greatest - least, 5);
        List<Double> ticks = multiples(Math.floor(least / step), Math.ceil(greatest / step), step);
        return new Axis(ticks.getFirst(), ticks.getLast(), false, ticks);
    }

    /** From the power of ten at or below the least value, which is positive, to the one at or above the greatest. */
    static Axis powersOfTen(double least, double greatest) {
        int first = (int) Math.floor(Math.log10(least));
        int last = Math.max(first + 1, (int) Math.ceil(Math.log10(greatest)));
        int stride = Math.ceilDiv(last - first, 5);
        List<Double> ticks = new ArrayList<>();
        for (int exponent = first; exponent <= last; exponent += stride) {
            ticks.add(Math.pow(10, exponent));
        }
        return new Axis(Math.pow(10, first), Math.pow(10, last), true, List.copyOf(ticks));
    }

    /** Where a value lies: 0 at low, 1 at high. */
    double position(double value) {
        return logarithmic
                ? (Math.log10(value) - Math.log10(low)) / (Math.log10(high) - Math.log10(low))
                : (value - low) / (high - low);
    }

    private static double step(double span, int intervals) {
        double rough = span / intervals;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double digit = rough / power;
        if (digit <= 1) {
            return power;
        }
        if (digit <= 2) {
            return 2 * power;
        }
        return digit <= 5 ? 5 * power : 10 * power;
    }

    private static List<Double> multiples(double first, double last, double step) {
        List<Double> multiples = new ArrayList<>();
        int count = (int) Math.round(last - first);
        for (int i = 0; i <= count; i++) {
            multiples.add((first + i) * step);
        }
        return List.copyOf(multiples);
    }
}
