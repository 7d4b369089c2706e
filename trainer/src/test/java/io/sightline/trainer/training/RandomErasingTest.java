package io.sightline.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.image.Preprocessing;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomErasingTest {

    private static final Preprocessing SHAPE = new Preprocessing(64, 3, false);
    private static final byte KEPT = 77;

    @ParameterizedTest
    @ValueSource(longs = {1, 20, 300, 4000})
    void shouldFillOneRectangleOfTheAreaAsked(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 50; i++) {
            byte[] batch = new byte[3 * SHAPE.bytes()];
            Arrays.fill(batch, KEPT);

            RandomErasing.apply(SHAPE, batch, SHAPE.bytes(), random);

            byte[] image = Arrays.copyOfRange(batch, SHAPE.bytes(), 2 * SHAPE.bytes());
            Box erased = erased(image);
            int area = erased.width() * erased.height();
            // Sides of whole pixels: 2 to 33 % within a pixel of the longest perimeter.
            assertThat((double) area / (64 * 64)).isBetween(0.015, 0.345);
            // Three random bytes of a pixel seldom happen to be what was there.
            assertThat(changedPixels(image)).isGreaterThan(area - 3);
            assertThat(Arrays.copyOf(batch, SHAPE.bytes())).containsOnly(KEPT);
            assertThat(Arrays.copyOfRange(batch, 2 * SHAPE.bytes(), batch.length))
                    .containsOnly(KEPT);
        }
    }

    private static boolean isChanged(byte[] image, int pixel) {
        return image[3 * pixel] != KEPT || image[3 * pixel + 1] != KEPT || image[3 * pixel + 2] != KEPT;
    }

    private static int changedPixels(byte[] image) {
        int changed = 0;
        for (int pixel = 0; pixel < image.length / 3; pixel++) {
            changed += isChanged(image, pixel) ? 1 : 0;
        }
        return changed;
    }

    /** The smallest box around what was changed. */
    private static Box erased(byte[] image) {
        int left = 64;
        int right = -1;
        int top = 64;
        int bottom = -1;
        for (int pixel = 0; pixel < image.length / 3; pixel++) {
            if (isChanged(image, pixel)) {
                left = Math.min(left, pixel % 64);
                right = Math.max(right, pixel % 64);
                top = Math.min(top, pixel / 64);
                bottom = Math.max(bottom, pixel / 64);
            }
        }
        return new Box(left, top, right - left + 1, bottom - top + 1);
    }
}
