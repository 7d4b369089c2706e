package io.sightline.trainer.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** How numbers are written, the same wherever the report is made. */
final class Figures {

    /** Stands for what was not measured. */
    static final String NONE = "–";

    private static final MathContext SIX_DIGITS = new MathContext(6);
    private static final double MILLION = 1e6;

    private Figures() {}

    /** Four decimals for figures of everyday size, as the gate's reason has them; whole numbers as such. */
    static String of(double value) {
        double size = Math.abs(value);
        if (Double.isNaN(value)) {
            return NONE;
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "∞" : "−∞";
        }
        if (value == Math.rint(value) && size < 1e15) {
            return Long.toString((long) value);
        }
        return String.format(Locale.ROOT, size < 1e-3 || size >= MILLION ? "%.3e" : "%.4f", value);
    }

    /** A share of 0 to 1 with four decimals, even if it is 0 or 1, so that a column of them lines up. */
    static String share(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : of(value);
    }

    /** A difference of shares, with its sign. */
    static String difference(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%+.4f", value) : of(value);
    }

    /** As short as an axis needs it: 0.25, 1500, 20k, 1.5M, 1e-7. */
    static String tick(double value) {
        double size = Math.abs(value);
        if (size >= 1e9 || (size > 0 && size < 1e-4)) {
            BigDecimal digits = digits(value);
            int exponent = digits.precision() - digits.scale() - 1;
            return digits.scaleByPowerOfTen(-exponent).toPlainString() + "e" + exponent;
        }
        if (size >= MILLION) {
            return digits(value / MILLION).toPlainString() + "M";
        }
        return size >= 1e4
                ? digits(value / 1e3).toPlainString() + "k"
                : digits(value).toPlainString();
    }

    /** Rounding hides what binary fractions add: 0.1 + 0.2 is 0.3. */
    private static BigDecimal digits(double value) {
        return value == 0 ? BigDecimal.ZERO : new BigDecimal(value, SIX_DIGITS).stripTrailingZeros();
    }
}
