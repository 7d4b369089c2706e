package io.sightline.embedder.lanes;

import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.runtime.ComputeDevice;
import java.time.Duration;

/**
 * How lanes work. Immutable.
 *
 * @param maxBatch images in one run of the network
 * @param maxDelay that a batch waits for images that are being decoded; without any it does not wait
 * @param maxBytesInFlight encoded bytes that one task may have in flight
 * @param maxProcessBytesInFlight encoded bytes that all tasks of all lanes of a process may have in flight together
 * @param threads stream threads of a lane in this process
 * @param backfillShare share of the time, 0 to 1, that a back-filling lane computes while the active one has work
 * @param knownVectors vectors that a lane remembers, so that content that comes again is not computed again
 * @param guarantee whether an embedding may be written twice after a crash
 * @param commitInterval how often offsets and embeddings are committed: what a reader waits for
 * @param sessionTimeout after how long without a heartbeat the partitions of a dead process move on
 * @param device what the networks run on
 * @param limits what is decoded at all
 */
public record LaneSettings(
        int maxBatch,
        Duration maxDelay,
        long maxBytesInFlight,
        long maxProcessBytesInFlight,
        int threads,
        double backfillShare,
        int knownVectors,
        Guarantee guarantee,
        Duration commitInterval,
        Duration sessionTimeout,
        ComputeDevice device,
        ImageLimits limits) {

    private static final Duration LONGEST_DELAY = Duration.ofSeconds(1);

    /** Half of Kafka Streams' transaction timeout. */
    private static final Duration LONGEST_COMMIT_INTERVAL = Duration.ofSeconds(5);

    /** What a crash may do. In neither case is an image lost. */
    public enum Guarantee {
        /** Embeddings and offsets in one transaction: each embedding is written once. */
        EXACTLY_ONCE,
        /** What was in flight, or not committed, may be written again. */
        AT_LEAST_ONCE
    }

    /**
     * Batches of 64, which wait 5 ms at most; 64 MiB in flight a task, 256 MiB a process; one thread; half of the time for
     * back-fill while the active lane has work; 20,000 known vectors; exactly once; commits every 200 ms; on the GPU if
     * there is one.
     */
    public static final LaneSettings DEFAULT = new LaneSettings(
            64,
            Duration.ofMillis(5),
            64L * 1024 * 1024,
            256L * 1024 * 1024,
            1,
            0.5,
            20_000,
            Guarantee.EXACTLY_ONCE,
            Duration.ofMillis(200),
            Duration.ofSeconds(6),
            ComputeDevice.auto(),
            ImageLimits.DEFAULT);

    private static final int BATCHES_IN_FLIGHT = 4;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the setting
     */
    public LaneSettings {
        if (maxBatch < 1 || maxBytesInFlight < 1 || maxProcessBytesInFlight < 1 || threads < 1) {
            throw new IllegalArgumentException("lane settings must be positive: maxBatch " + maxBatch
                    + ", maxBytesInFlight " + maxBytesInFlight + ", maxProcessBytesInFlight " + maxProcessBytesInFlight
                    + ", threads " + threads);
        }
        if (maxDelay.isNegative() || commitInterval.isNegative()) {
            throw new IllegalArgumentException("neither a batch nor a commit can wait a negative time: maxDelay "
                    + maxDelay + ", commitInterval " + commitInterval);
        }
        if (maxDelay.compareTo(LONGEST_DELAY) > 0 || commitInterval.compareTo(LONGEST_COMMIT_INTERVAL) > 0) {
            throw new IllegalArgumentException("a batch waits " + LONGEST_DELAY + " at most, and a commit "
                    + LONGEST_COMMIT_INTERVAL + ", for a transaction is given up after 10 s: maxDelay " + maxDelay
                    + ", commitInterval " + commitInterval);
        }
        if (!(backfillShare > 0 && backfillShare <= 1)) {
            throw new IllegalArgumentException(
                    "the share of the time for back-fill must be above 0 and at most 1: backfillShare "
                            + backfillShare);
        }
        if (knownVectors < 0) {
            throw new IllegalArgumentException(
                    "there cannot be fewer than 0 known vectors: knownVectors " + knownVectors);
        }
    }

    /** The same with another guarantee. */
    public LaneSettings with(Guarantee other) {
        return new LaneSettings(
                maxBatch,
                maxDelay,
                maxBytesInFlight,
                maxProcessBytesInFlight,
                threads,
                backfillShare,
                knownVectors,
                other,
                commitInterval,
                sessionTimeout,
                device,
                limits);
    }

    /** The same with other batches; without known vectors if so many are 0. */
    public LaneSettings with(int otherMaxBatch, int otherKnownVectors) {
        return new LaneSettings(
                otherMaxBatch,
                maxDelay,
                maxBytesInFlight,
                maxProcessBytesInFlight,
                threads,
                backfillShare,
                otherKnownVectors,
                guarantee,
                commitInterval,
                sessionTimeout,
                device,
                limits);
    }

    /** Records that one task may have in flight: enough to fill the next batches while one is computed. */
    public int maxInFlight() {
        return BATCHES_IN_FLIGHT * maxBatch;
    }
}
