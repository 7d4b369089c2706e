package io.sightline.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.image.Preprocessing;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ColourJitterTest {

    private static final Preprocessing COLOUR = new Preprocessing(8, 3, false);
    private static final Preprocessing GREY = new Preprocessing(8, 1, false);

    @Test
    void shouldLeaveAnImageAsItIsWhenAllAreOne() {
        assertThat(changed(new ColourJitter(1, 1, 1), COLOUR, noise(COLOUR))).isEqualTo(noise(COLOUR));
    }

    @Test
    void shouldMultiplyByTheBrightnessUpToWhite() {
        byte[] image = noise(COLOUR);

        byte[] changed = changed(new ColourJitter(1.5, 1, 1), COLOUR, image);

        for (int i = 0; i < image.length; i++) {
            assertThat(changed[i] & 0xff).isEqualTo((int) Math.min(255, Math.round(1.5 * (image[i] & 0xff))));
        }
    }

    @Test
    void shouldDoubleTheDistanceToTheMeanGreyWithTheContrast() {
        byte[] image = new byte[GREY.bytes()];
        Arrays.fill(image, 0, 32, (byte) 100);
        Arrays.fill(image, 32, 64, (byte) 140);

        byte[] changed = changed(new ColourJitter(1, 2, 1), GREY, image);

        assertThat(Arrays.copyOf(changed, 32)).containsOnly(80);
        assertThat(Arrays.copyOfRange(changed, 32, 64)).containsOnly(160);
    }

    @Test
    void shouldTakeTheContrastOfTheBrightenedImage() {
        byte[] image = new byte[COLOUR.bytes()];
        Arrays.fill(image, (byte) 100);

        assertThat(changed(new ColourJitter(1.2, 0, 1), COLOUR, image)).containsOnly(120);
    }

    @Test
    void shouldTakeTheContrastOfWhatIsLeftBelowWhite() {
        byte[] image = new byte[GREY.bytes()];
        Arrays.fill(image, 0, 32, (byte) 200);
        Arrays.fill(image, 32, 64, (byte) 100);

        byte[] changed = changed(new ColourJitter(2, 0.5, 1), GREY, image);

        // 255 and 200, half as far from their mean of 227.5.
        assertThat(Arrays.copyOf(changed, 32)).containsOnly(241);
        assertThat(Arrays.copyOfRange(changed, 32, 64)).containsOnly(214);
    }

    @Test
    void shouldGiveTheGreyOfEachPixelWithoutSaturation() {
        byte[] image = new byte[COLOUR.bytes()];
        image[0] = (byte) 200;
        image[4] = (byte) 200;
        image[8] = (byte) 200;

        byte[] changed = changed(new ColourJitter(1, 1, 0), COLOUR, image);

        assertThat(Arrays.copyOf(changed, 12)).containsExactly(60, 60, 60, 117, 117, 117, 23, 23, 23, 0, 0, 0);
    }

    @Test
    void shouldChangeNothingOfAGreyImageWithTheSaturation() {
        assertThat(changed(new ColourJitter(1, 1, 0.3), GREY, noise(GREY))).isEqualTo(noise(GREY));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20, 300, 4000})
    void shouldKeepGreyPixelsGrey(long seed) {
        byte[] grey = noise(GREY);
        byte[] image = new byte[COLOUR.bytes()];
        for (int i = 0; i < image.length; i++) {
            image[i] = grey[i / 3];
        }
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 50; i++) {
            byte[] changed = changed(ColourJitter.draw(1, random), COLOUR, image);

            for (int at = 0; at < changed.length; at += 3) {
                assertThat(changed[at]).isEqualTo(changed[at + 1]).isEqualTo(changed[at + 2]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20, 300, 4000})
    void shouldDrawEachWithinTheShare(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 200; i++) {
            ColourJitter drawn = ColourJitter.draw(0.4, random);

            assertThat(new double[] {drawn.brightness(), drawn.contrast(), drawn.saturation()})
                    .doesNotHaveDuplicates()
                    .satisfies(
                            factors -> assertThat(Arrays.stream(factors)).allMatch(some -> some >= 0.6 && some < 1.4));
        }
    }

    private static byte[] changed(ColourJitter jitter, Preprocessing shape, byte[] image) {
        byte[] batch = new byte[2 * image.length];
        System.arraycopy(image, 0, batch, image.length, image.length);
        jitter.apply(shape, batch, image.length);
        assertThat(Arrays.copyOf(batch, image.length)).containsOnly(0);
        return Arrays.copyOfRange(batch, image.length, batch.length);
    }

    private static byte[] noise(Preprocessing shape) {
        byte[] image = new byte[shape.bytes()];
        new SplittableRandom(7).nextBytes(image);
        return image;
    }
}
