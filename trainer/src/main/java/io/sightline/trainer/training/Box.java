package io.sightline.trainer.training;

import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A rectangle of whole pixels. Immutable.
 *
 * @param left first column
 * @param top first row
 */
record Box(int left, int top, int width, int height) {

    private static final int TRIES = 10;

    static Box whole(int size) {
        return new Box(0, 0, size, size);
    }

    /**
     * A box whose area and shape are drawn evenly, the shape on a logarithmic scale, then its place; drawn again where
     * it does not fit.
     *
     * @param size side of the image
     * @param leastArea as a share of the image
     * @param leastAspect width / height
     * @return empty if none of ten fitted
     */
    static Optional<Box> draw(
            int size,
            double leastArea,
            double mostArea,
            double leastAspect,
            double mostAspect,
            RandomGenerator random) {
        for (int i = 0; i < TRIES; i++) {
            double area = random.nextDouble(leastArea, mostArea) * size * size;
            double aspect = Math.exp(random.nextDouble(Math.log(leastAspect), Math.log(mostAspect)));
            int width = (int) Math.rint(Math.sqrt(area * aspect));
            int height = (int) Math.rint(Math.sqrt(area / aspect));
            if (width > 0 && width <= size && height > 0 && height <= size) {
                int top = random.nextInt(size - height + 1);
                int left = random.nextInt(size - width + 1);
                return Optional.of(new Box(left, top, width, height));
            }
        }
        return Optional.empty();
    }

    /** Last column. */
    int right() {
        return left + width - 1;
    }

    /** Last row. */
    int bottom() {
        return top + height - 1;
    }
}
