package io.sightline.trainer.training;

import io.sightline.embedder.image.Preprocessing;
import java.util.random.RandomGenerator;

/**
 * A rectangle of 2 to 33 % of the area that is filled with random pixels: Zhong et al., "Random erasing data
 * augmentation", AAAI 2020, with its values.
 */
final class RandomErasing {

    private static final double LEAST_AREA = 0.02;
    private static final double MOST_AREA = 0.33;
    private static final double LEAST_ASPECT = 0.3;
    private static final double MOST_ASPECT = 3.3;

    private RandomErasing() {}

    /**
     * Erases in place.
     *
     * @param pixels holds an image, [size, size, channels] uint8
     * @param offset where in it
     */
    static void apply(Preprocessing shape, byte[] pixels, int offset, RandomGenerator random) {
        Box.draw(shape.size(), LEAST_AREA, MOST_AREA, LEAST_ASPECT, MOST_ASPECT, random)
                .ifPresent(box -> fill(shape, box, pixels, offset, random));
    }

    private static void fill(Preprocessing shape, Box box, byte[] pixels, int offset, RandomGenerator random) {
        byte[] noise = new byte[box.width() * shape.channels()];
        for (int y = box.top(); y <= box.bottom(); y++) {
            random.nextBytes(noise);
            int start = offset + (y * shape.size() + box.left()) * shape.channels();
            System.arraycopy(noise, 0, pixels, start, noise.length);
        }
    }
}
