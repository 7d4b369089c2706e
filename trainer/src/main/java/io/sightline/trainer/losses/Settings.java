package io.sightline.trainer.losses;

/** Checks of a loss's settings, which name the loss, the setting and the value. */
final class Settings {

    private Settings() {}

    static void requirePositive(String loss, String setting, double value) {
        require(value > 0 && Double.isFinite(value), loss, setting, "above 0", value);
    }

    static void requireNotNegative(String loss, String setting, double value) {
        require(value >= 0 && Double.isFinite(value), loss, setting, "at least 0", value);
    }

    static void requireCosine(String loss, String setting, double value) {
        require(value >= -1 && value <= 1, loss, setting, "a cosine, -1 to 1", value);
    }

    static void requireCount(String loss, String setting, int value) {
        require(value >= 1, loss, setting, "at least 1", value);
    }

    private static void require(boolean holds, String loss, String setting, String wanted, Number value) {
        if (!holds) {
            throw new IllegalArgumentException(loss + ": " + setting + " must be " + wanted + ", not " + value);
        }
    }
}
