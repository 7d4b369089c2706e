package io.sightline.trainer.replay;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;

/**
 * What is kept out of training to evaluate on: whole classes, which is what the field evaluates on; where there are few
 * classes, images. A hash of the name decides, so every process and every restart agrees. Immutable.
 *
 * @param share expected share of the classes, 0 to 0.5
 * @param fewClasses with fewer classes than this, images are held out instead
 * @param imageShare expected share of the images then, 0 to 0.5
 */
public record HoldoutRule(double share, int fewClasses, double imageShare) {

    private static final int BUCKETS = 10_000;
    private static final int FEW_CLASSES = 20;
    private static final double IMAGE_SHARE = 0.2;

    /** A share of the classes; with fewer than 20 of them a fifth of the images; nothing at all for 0. */
    public HoldoutRule(double share) {
        this(share, share == 0 ? 0 : FEW_CLASSES, IMAGE_SHARE);
    }

    /**
     * Checks the shares.
     *
     * @throws IllegalArgumentException if they would leave too little to train on
     */
    public HoldoutRule {
        if (!(share >= 0 && share <= 0.5) || !(imageShare >= 0 && imageShare <= 0.5)) {
            throw new IllegalArgumentException("the holdout may take 0 to 0.5 of the classes, or of the images, not "
                    + share + " and " + imageShare);
        }
    }

    /** Whether images, not classes, are held out of so many classes. */
    public boolean isByImages(int classes) {
        return classes < fewClasses;
    }

    /** Whether a class is held out, where classes are. */
    public boolean isHeldOut(String label) {
        return bucket("holdout " + label) < share * BUCKETS;
    }

    /** Whether an image is held out, where images are. */
    public boolean isImageHeldOut(String id) {
        return bucket("holdout image " + id) < imageShare * BUCKETS;
    }

    private static int bucket(String name) {
        return Math.floorMod(
                Hashing.murmur3_32_fixed()
                        .hashString(name, StandardCharsets.UTF_8)
                        .asInt(),
                BUCKETS);
    }
}
