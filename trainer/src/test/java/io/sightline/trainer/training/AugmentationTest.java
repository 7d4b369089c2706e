package io.sightline.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.schemas.Sha256;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AugmentationTest {

    private static final Preprocessing COLOUR = new Preprocessing(28, 3, false);
    private static final Preprocessing GREY = new Preprocessing(28, 1, true);
    private static final Augmentation ALL = new Augmentation(10, 0.1, 0.1, true, 0.2, 0.4, 0.5);

    @Test
    void shouldChangeDrawingsAndPhotosAsRecordedFiguresHadIt() {
        assertThat(hashOfTen(Augmentation.DRAWING, GREY))
                .isEqualTo("028d87bd117cda5c8417ba62ec9ff3feafe305a3ce63804ad653587ca6ba14c4");
        assertThat(hashOfTen(Augmentation.PHOTO, COLOUR))
                .isEqualTo("5facc4b09f5e787cb240b4bb56764037967fb46380e2ad699ce222213118f371");
    }

    @Test
    void shouldLeaveImagesAsTheyAreWhenNothingIsAsked() {
        byte[] image = noise(COLOUR, 3);

        assertThat(changed(Augmentation.NONE, COLOUR, image, 5)).isEqualTo(image);
    }

    @Test
    void shouldMirrorHalfOfTheImages() {
        byte[] image = noise(COLOUR, 3);
        byte[] mirrored = new byte[image.length];
        for (int i = 0; i < image.length; i++) {
            int pixel = i / 3;
            int opposite = pixel - pixel % 28 + 27 - pixel % 28;
            mirrored[opposite * 3 + i % 3] = image[i];
        }
        SplittableRandom random = new SplittableRandom(5);
        Augmentation mirror = new Augmentation(0, 0, 0, true);
        int mirrors = 0;
        for (int i = 0; i < 200; i++) {
            byte[] changed = new byte[image.length];
            mirror.apply(COLOUR, image, changed, 0, random);

            assertThat(changed)
                    .satisfiesAnyOf(
                            some -> assertThat(some).isEqualTo(image),
                            some -> assertThat(some).isEqualTo(mirrored));
            mirrors += Arrays.equals(changed, mirrored) ? 1 : 0;
        }
        assertThat(mirrors).isBetween(75, 125);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20, 300, 4000})
    void shouldFollowFromTheSeedAloneAndWriteItsOwnPlaceOnly(long seed) {
        byte[] image = noise(COLOUR, 3);
        byte[] batch = new byte[3 * image.length];
        Arrays.fill(batch, (byte) 9);

        ALL.apply(COLOUR, image, batch, image.length, new SplittableRandom(seed));

        assertThat(Arrays.copyOfRange(batch, image.length, 2 * image.length))
                .isEqualTo(changed(ALL, COLOUR, image, seed))
                .isNotEqualTo(changed(ALL, COLOUR, image, seed + 1));
        assertThat(Arrays.copyOf(batch, image.length)).containsOnly(9);
        assertThat(Arrays.copyOfRange(batch, 2 * image.length, batch.length)).containsOnly(9);
        assertThat(image).isEqualTo(noise(COLOUR, 3));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20, 300, 4000})
    void shouldShowNothingButTheImage(long seed) {
        byte[] image = noise(COLOUR, seed);
        for (int i = 0; i < image.length; i++) {
            image[i] = (byte) (90 + (image[i] & 0x1f));
        }
        Augmentation moved = new Augmentation(10, 0.1, 0.1, true, 0.2, 0, 0);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 50; i++) {
            byte[] changed = new byte[image.length];
            moved.apply(COLOUR, image, changed, 0, random);

            for (byte value : changed) {
                assertThat(value).isBetween((byte) 90, (byte) 121);
            }
        }
    }

    @Test
    void shouldEraseAsOftenAsAsked() {
        byte[] image = noise(COLOUR, 3);
        Augmentation erasing = new Augmentation(0, 0, 0, false, 1, 0, 0.25);
        SplittableRandom random = new SplittableRandom(6);
        int erased = 0;
        for (int i = 0; i < 400; i++) {
            byte[] changed = new byte[image.length];
            erasing.apply(COLOUR, image, changed, 0, random);
            erased += Arrays.equals(changed, image) ? 0 : 1;
        }
        assertThat(erased).isBetween(70, 130);
    }

    @Test
    void shouldShowMoreOfTheImageTheLargerTheLeastArea() {
        byte[] image = new byte[GREY.bytes()];
        for (int i = 0; i < image.length; i++) {
            image[i] = (byte) (9 * (i % 28));
        }

        assertThat(columns(Augmentation.CROP, image))
                .isLessThan(columns(new Augmentation(0, 0, 0, true, 0.9, 0, 0), image) * 0.95);
    }

    @Test
    void shouldSayWhatItDoes() {
        assertThat(Augmentation.NONE.describe()).isEqualTo("none");
        assertThat(Augmentation.PHOTO.describe())
                .isEqualTo("rotation up to 10 degrees, size up to 15 %, shift up to 10 %, half of them mirrored");
        assertThat(new Augmentation(0, 0, 0, true, 0.2, 0.4, 0.25).describe())
                .isEqualTo(
                        "random resized crop of at least 20 % of the area, half of them mirrored, brightness, contrast"
                                + " and saturation up to 40 %, a rectangle erased in 25 %");
        assertThat(TrainingSettings.defaults(Augmentation.CROP, 1).describe())
                .containsEntry("augmentation", Augmentation.CROP.describe());
    }

    @Test
    void shouldRefuseSharesThatAreNone() {
        assertThatThrownBy(() -> new Augmentation(0, 0, 0, true, 0, 0, 0)).hasMessageContaining("not 0.0");
        assertThatThrownBy(() -> new Augmentation(0, 0, 0, true, 1.1, 0, 0)).hasMessageContaining("not 1.1");
        assertThatThrownBy(() -> new Augmentation(0, 0, 0, true, 1, -0.1, 0)).hasMessageContaining("-0.1 and 0.0");
        assertThatThrownBy(() -> new Augmentation(0, 0, 0, true, 1, 0, Double.NaN))
                .hasMessageContaining("0.0 and NaN");
    }

    /** How much of a gradient over the columns a hundred changed images show on average. */
    private static double columns(Augmentation augmentation, byte[] gradient) {
        SplittableRandom random = new SplittableRandom(8);
        int seen = 0;
        for (int i = 0; i < 100; i++) {
            byte[] changed = new byte[gradient.length];
            augmentation.apply(GREY, gradient, changed, 0, random);
            Set<Integer> values = new HashSet<>();
            for (byte value : changed) {
                values.add((value & 0xff) / 9);
            }
            seen += values.size();
        }
        return seen / 100.0;
    }

    private static String hashOfTen(Augmentation augmentation, Preprocessing shape) {
        byte[] image = noise(shape, 7);
        byte[] batch = new byte[10 * image.length];
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 10; i++) {
            augmentation.apply(shape, image, batch, i * image.length, random);
        }
        return Sha256.hex(batch);
    }

    private static byte[] changed(Augmentation augmentation, Preprocessing shape, byte[] image, long seed) {
        byte[] changed = new byte[image.length];
        augmentation.apply(shape, image, changed, 0, new SplittableRandom(seed));
        return changed;
    }

    private static byte[] noise(Preprocessing shape, long seed) {
        byte[] image = new byte[shape.bytes()];
        new SplittableRandom(seed).nextBytes(image);
        return image;
    }
}
