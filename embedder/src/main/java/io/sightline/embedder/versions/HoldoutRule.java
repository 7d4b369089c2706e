package io.sightline.embedder.versions;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * What is kept out of training to evaluate on: whole classes, which is what the field evaluates on; where there are few
 * classes, images. A hash of the name decides, so every process and every restart agrees. Immutable.
 *
 * @param share expected share of the classes, 0 to 0.5
 * @param fewClasses with fewer classes than this, images are held out instead
 * @param imageShare expected share of the images then, 0 to 0.5
 */
public record HoldoutRule(double share, int fewClasses, double imageShare) {

    private static final String SHARE = "holdout.share";
    private static final String FEW = "holdout.fewClasses";
    private static final String IMAGES = "holdout.imageShare";
    private static final String CLASSES = "holdout.classes";
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

    /**
     * The rule as settings of a version, so that others can hold out the same.
     *
     * @param classes labelled classes that there were, held out or not
     */
    public Map<String, String> describe(int classes) {
        return Map.of(
                SHARE, String.valueOf(share),
                FEW, String.valueOf(fewClasses),
                IMAGES, String.valueOf(imageShare),
                CLASSES, String.valueOf(classes));
    }

    /** Whether an image was held out from a version with these settings; false if they say nothing of a holdout. */
    public static boolean isHeldOut(Map<String, String> settings, String id, String label) {
        return of(settings)
                .filter(rule -> isByImages(settings) ? rule.isImageHeldOut(id) : rule.isHeldOut(label))
                .isPresent();
    }

    /** Whether images, not classes, were held out from a version with these settings. */
    public static boolean isByImages(Map<String, String> settings) {
        String classes = settings.get(CLASSES);
        return classes != null
                && of(settings)
                        .filter(rule -> rule.isByImages(Integer.parseInt(classes)))
                        .isPresent();
    }

    /** The rule in the settings of a version; empty if there is none. */
    public static Optional<HoldoutRule> of(Map<String, String> settings) {
        String share = settings.get(SHARE);
        String few = settings.get(FEW);
        String images = settings.get(IMAGES);
        if (share == null || few == null || images == null) {
            return Optional.empty();
        }
        return Optional.of(
                new HoldoutRule(Double.parseDouble(share), Integer.parseInt(few), Double.parseDouble(images)));
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
