package io.sightline.trainer.training;

/** How the learning rates fall in the course of a round. */
public enum LearningRateSchedule {
    /** Half a cosine from 1 to 0 (Loshchilov and Hutter, ICLR 2017). */
    COSINE,
    /** Halved after each fifth of the round. */
    STEP,
    /** Not at all. */
    CONSTANT;

    private static final int STAGES = 5;

    /**
     * Share of the peak learning rates.
     *
     * @param progress of the round, 0 to 1
     */
    public double at(double progress) {
        return switch (this) {
            case COSINE -> (1 + Math.cos(Math.PI * progress)) / 2;
            case STEP -> Math.pow(0.5, Math.min(STAGES - 1, Math.floor(STAGES * progress)));
            case CONSTANT -> 1;
        };
    }
}
