package io.sightline.trainer.training;

import io.sightline.embedder.image.Preprocessing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * Changes of training images, on uint8 pixels of the network's input size: rotation, scale, shift, mirroring and crop
 * in one bilinear pass, then colours, then a rectangle that is erased. What comes in from outside repeats the edge.
 * What is 0 or left out draws nothing from the random generator but for rotation, scale and shift. Immutable.
 *
 * @param degrees largest rotation either way
 * @param scale largest relative change of size either way
 * @param shift largest shift either way, as a share of the side
 * @param mirror whether half of the images are mirrored
 * @param leastArea smallest share of the image that a random resized crop takes (Szegedy et al., "Going deeper with
 *     convolutions", 2015), above 0; 1 for no crop
 * @param jitter largest relative change of brightness, contrast and saturation either way, 0 to 1
 * @param erasing probability that a random rectangle is erased, see {@link RandomErasing}
 */
public record Augmentation(
        double degrees, double scale, double shift, boolean mirror, double leastArea, double jitter, double erasing) {

    /** Images as they are. */
    public static final Augmentation NONE = new Augmentation(0, 0, 0, false);

    /** For drawings, whose mirror image is another drawing. */
    public static final Augmentation DRAWING = new Augmentation(10, 0.1, 0.07, false);

    /** For photographs. */
    public static final Augmentation PHOTO = new Augmentation(10, 0.15, 0.1, true);

    /** As deep metric learning on photographs usually has it: random resized crops of a fifth or more, mirrored. */
    public static final Augmentation CROP = new Augmentation(0, 0, 0, true, 0.2, 0, 0);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the value and the allowed ones
     */
    public Augmentation {
        if (!(leastArea > 0 && leastArea <= 1)) {
            throw new IllegalArgumentException(
                    "a crop takes a share of the image above 0 and at most 1, not " + leastArea);
        }
        if (!(jitter >= 0 && jitter <= 1) || !(erasing >= 0 && erasing <= 1)) {
            throw new IllegalArgumentException("the share of the colour jitter and the probability of erasing are 0 to"
                    + " 1, not " + jitter + " and " + erasing);
        }
    }

    /** Small affine changes alone. */
    public Augmentation(double degrees, double scale, double shift, boolean mirror) {
        this(degrees, scale, shift, mirror, 1, 0, 0);
    }

    /**
     * Changes one image.
     *
     * @param pixels [size, size, channels] uint8
     * @param target where the changed image goes
     * @param offset where in the target
     */
    public void apply(Preprocessing shape, byte[] pixels, byte[] target, int offset, RandomGenerator random) {
        warp(shape.size(), random).apply(shape, pixels, target, offset);
        if (jitter > 0) {
            ColourJitter.draw(jitter, random).apply(shape, target, offset);
        }
        if (erasing > 0 && random.nextDouble() < erasing) {
            RandomErasing.apply(shape, target, offset, random);
        }
    }

    private Warp warp(int size, RandomGenerator random) {
        double angle = Math.toRadians(symmetric(random, degrees));
        double factor = 1 + symmetric(random, scale);
        double flip = mirror && random.nextBoolean() ? -1 : 1;
        double shiftX = symmetric(random, shift) * size;
        double shiftY = symmetric(random, shift) * size;
        double cos = Math.cos(angle) / factor;
        double sin = Math.sin(angle) / factor;
        Box seen = leastArea < 1 ? RandomCrop.draw(size, leastArea, random) : Box.whole(size);
        return new Warp(flip * cos, flip * sin, -sin, cos, shiftX, shiftY, seen);
    }

    /** In words, for people. */
    public String describe() {
        List<String> words = new ArrayList<>();
        if (degrees > 0 || scale > 0 || shift > 0) {
            words.add(String.format(Locale.ROOT, "rotation up to %.1f degrees", degrees)
                    .replace(".0 ", " "));
            words.add("size up to " + percent(scale));
            words.add("shift up to " + percent(shift));
        }
        if (leastArea < 1) {
            words.add("random resized crop of at least " + percent(leastArea) + " of the area");
        }
        if (mirror) {
            words.add("half of them mirrored");
        }
        if (jitter > 0) {
            words.add("brightness, contrast and saturation up to " + percent(jitter));
        }
        if (erasing > 0) {
            words.add("a rectangle erased in " + percent(erasing));
        }
        return words.isEmpty() ? "none" : String.join(", ", words);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share).replace(".0 ", " ");
    }

    private static double symmetric(RandomGenerator random, double largest) {
        return (2 * random.nextDouble() - 1) * largest;
    }
}
