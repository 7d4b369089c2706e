package io.sightline.trainer.training;

import java.util.random.RandomGenerator;

/** The boxes of a random resized crop, drawn as torchvision does. */
final class RandomCrop {

    private static final double LEAST_ASPECT = 3.0 / 4;
    private static final double MOST_ASPECT = 4.0 / 3;

    private RandomCrop() {}

    /**
     * A box of an image.
     *
     * @param size side of the image
     * @param leastArea smallest share of the image, above 0 and below 1
     */
    static Box draw(int size, double leastArea, RandomGenerator random) {
        // Where nothing fits, as much of the centre as these aspects allow: of a square that is all.
        return Box.draw(size, leastArea, 1, LEAST_ASPECT, MOST_ASPECT, random).orElse(Box.whole(size));
    }
}
