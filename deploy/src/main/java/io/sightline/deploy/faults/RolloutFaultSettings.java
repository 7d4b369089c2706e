package io.sightline.deploy.faults;

/**
 * How often versions change under searches. Immutable.
 *
 * @param rollouts versions that are published one after the other, beside the first
 * @param rollbacks how often the version before is gone back to, spread evenly over the rollouts
 * @param clients that search all the time
 * @param images that are there at the start
 * @param imagesPerSecond that arrive all the time
 * @param seed of images and networks
 */
public record RolloutFaultSettings(
        int rollouts, int rollbacks, int clients, int images, int imagesPerSecond, long seed) {

    /** Checks the ranges. */
    public RolloutFaultSettings {
        if (rollouts < 1 || rollbacks < 0 || rollbacks > rollouts) {
            throw new IllegalArgumentException("there must be a rollout, and no more rollbacks than rollouts, not "
                    + rollouts + " and " + rollbacks);
        }
        if (clients < 1 || images < 1 || imagesPerSecond < 1) {
            throw new IllegalArgumentException("clients, images and images a second must be at least 1, not " + clients
                    + ", " + images + " and " + imagesPerSecond);
        }
    }

    /** Whether a rollback follows a rollout; the first is number 1. */
    boolean isRollbackAfter(int rollout) {
        return rollout * rollbacks / rollouts > (rollout - 1) * rollbacks / rollouts;
    }
}
