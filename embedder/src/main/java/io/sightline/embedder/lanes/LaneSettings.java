package io.sightline.embedder.lanes;

import io.sightline.embedder.image.ImageLimits;
import java.time.Duration;

/**
 * How lanes work. Immutable.
 *
 * @param maxBatch images in one run of the network
 * @param maxBytesInFlight encoded bytes that one task may have in flight
 * @param threads stream threads of a lane in this process
 * @param commitInterval how often offsets and embeddings are committed: what a reader waits for
 * @param sessionTimeout after how long without a heartbeat the partitions of a dead process move on
 * @param limits what is decoded at all
 */
public record LaneSettings(
        int maxBatch,
        long maxBytesInFlight,
        int threads,
        Duration commitInterval,
        Duration sessionTimeout,
        ImageLimits limits) {

    /** Batches of 64, 64 MiB in flight a task, one thread, commits every 200 ms. */
    public static final LaneSettings DEFAULT = new LaneSettings(
            64, 64L * 1024 * 1024, 1, Duration.ofMillis(200), Duration.ofSeconds(6), ImageLimits.DEFAULT);

    private static final int BATCHES_IN_FLIGHT = 4;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the setting
     */
    public LaneSettings {
        if (maxBatch < 1 || maxBytesInFlight < 1 || threads < 1) {
            throw new IllegalArgumentException("lane settings must be positive: maxBatch " + maxBatch
                    + ", maxBytesInFlight " + maxBytesInFlight + ", threads " + threads);
        }
    }

    /** Records that one task may have in flight: enough to fill the next batches while one is computed. */
    public int maxInFlight() {
        return BATCHES_IN_FLIGHT * maxBatch;
    }
}
