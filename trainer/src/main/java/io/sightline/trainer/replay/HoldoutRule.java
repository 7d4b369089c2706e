package io.sightline.trainer.replay;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;

/**
 * Which classes are kept out of training to evaluate on: a hash of the name decides, so every process and every
 * restart agrees. Immutable.
 *
 * @param share expected share of the classes, 0 to 0.5
 */
public record HoldoutRule(double share) {

    private static final int BUCKETS = 10_000;

    /**
     * Checks the share.
     *
     * @throws IllegalArgumentException if it would leave too little to train on
     */
    public HoldoutRule {
        if (!(share >= 0 && share <= 0.5)) {
            throw new IllegalArgumentException("the holdout may take 0 to 0.5 of the classes, not " + share);
        }
    }

    /** Whether a class is held out. */
    public boolean isHeldOut(String label) {
        int bucket = Math.floorMod(
                Hashing.murmur3_32_fixed()
                        .hashString("holdout " + label, StandardCharsets.UTF_8)
                        .asInt(),
                BUCKETS);
        return bucket < share * BUCKETS;
    }
}
