package io.sightline.trainer.see;

/**
 * Which samples of a batch are expanded, as training goes on. Progress counts in units of the ramp: epochs in the
 * paper, steps on a stream. Immutable.
 */
public sealed interface ExpansionSchedule {

    /** The value of the schedule at a progress. */
    double at(double progress);

    /** In words, for people. */
    String describe();

    /**
     * Type 1 of the published code: the top share of the batch by cosine to the own proxy, rising from min to max by
     * max - (max - min)(cos(pi p / length) + 1) / 2, then constant.
     *
     * @param min share at the start, 0 to 1
     * @param max share at the end, 0 to 1
     * @param length progress at which max is reached
     */
    record Share(double min, double max, double length) implements ExpansionSchedule {

        /** The published settings, 0 to 0.4, over the given number of steps. */
        public static Share published(double steps) {
            return new Share(0, 0.4, steps);
        }

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException naming the value
         */
        public Share {
            if (!(min >= 0 && min <= max && max <= 1) || !(length > 0)) {
                throw new IllegalArgumentException("the share must rise within 0 to 1 over a positive ramp, not from "
                        + min + " to " + max + " over " + length);
            }
        }

        @Override
        public double at(double progress) {
            double p = Math.min(progress, length) / length;
            return max - (max - min) * (Math.cos(Math.PI * p) + 1) / 2;
        }

        @Override
        public String describe() {
            return "top share " + min + " to " + max + " over " + length + " steps";
        }

        /** How many of a batch of n are expanded: round-half-even(n t). */
        public int count(int n, double progress) {
            return (int) Math.rint(n * at(progress));
        }
    }

    /**
     * Type 0 of the published code: the samples whose cosine to the own proxy is at least a threshold, which falls
     * from max to min by max(lowerBound, min + (max - min)(cos(pi p / length) + 1) / 2).
     *
     * @param max threshold at the start
     * @param min threshold at the end
     * @param lowerBound never below this
     * @param length progress at which min is reached
     */
    record Threshold(double max, double min, double lowerBound, double length) implements ExpansionSchedule {

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException naming the value
         */
        public Threshold {
            if (!(min <= max) || !(length > 0)) {
                throw new IllegalArgumentException("the threshold must fall over a positive ramp, not from " + max
                        + " to " + min + " over " + length);
            }
        }

        @Override
        public String describe() {
            return "cosine of at least " + max + " to " + Math.max(min, lowerBound) + " over " + length + " steps";
        }

        @Override
        public double at(double progress) {
            double p = Math.min(progress, length) / length;
            return Math.max(lowerBound, min + (max - min) * (Math.cos(Math.PI * p) + 1) / 2);
        }
    }
}
