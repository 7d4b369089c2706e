package io.sightline.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.image.Preprocessing;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomCropTest {

    private static final int SIZE = 224;

    @ParameterizedTest
    @ValueSource(longs = {1, 20, 300, 4000})
    void shouldTakeBoxesOfTheAreasAndShapesAsked(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int small = 0;
        for (int i = 0; i < 1000; i++) {
            Box box = RandomCrop.draw(SIZE, 0.2, random);

            double area = (double) box.width() * box.height() / (SIZE * SIZE);
            assertThat(box.left()).isNotNegative();
            assertThat(box.top()).isNotNegative();
            assertThat(box.right()).isLessThan(SIZE);
            assertThat(box.bottom()).isLessThan(SIZE);
            // Sides of whole pixels are half a percent off.
            assertThat(area).isBetween(0.2 * 0.99, 1.0);
            assertThat((double) box.width() / box.height()).isBetween(0.75 * 0.99, 4.0 / 3 * 1.01);
            small += area < 0.6 ? 1 : 0;
        }
        // Areas are drawn evenly, and of those above 3/4 less than half fit: 598 are expected, with a deviation of 15.
        assertThat(small).isBetween(538, 658);
    }

    @Test
    void shouldTakeAllWhereNoShapeFits() {
        SplittableRandom random = new SplittableRandom(1);

        assertThat(RandomCrop.draw(SIZE, Math.nextDown(1.0), random)).isEqualTo(Box.whole(SIZE));
    }

    @Test
    void shouldStretchABoxToTheWholeImageAndRepeatItsEdge() {
        Preprocessing shape = new Preprocessing(16, 3, false);
        byte[] image = new byte[shape.bytes()];
        for (int i = 0; i < image.length; i++) {
            int x = i / 3 % 16;
            int y = i / 3 / 16;
            image[i] = (byte) (8 * x + 4 * y + 20 * (i % 3));
        }
        byte[] changed = new byte[image.length];

        new Warp(1, 0, 0, 1, 0, 0, new Box(4, 0, 8, 16)).apply(shape, image, changed, 0);

        for (int i = 0; i < image.length; i++) {
            int y = i / 3 / 16;
            double column = Math.max(4, Math.min(11, 4 + (i / 3 % 16 + 0.5) / 2 - 0.5));
            assertThat(changed[i] & 0xff).isEqualTo((int) Math.round(8 * column + 4 * y + 20 * (i % 3)));
        }
    }
}
