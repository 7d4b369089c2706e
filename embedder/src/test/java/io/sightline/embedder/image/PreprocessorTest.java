package io.sightline.embedder.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sightline.embedder.testing.TestImages;
import io.sightline.schemas.avro.DeadLetterReason;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PreprocessorTest {

    @Test
    void shouldGiveTheSamePixelsEveryTimeInTheNetworksShape() throws Exception {
        byte[] image = TestImages.jpeg(97, 61, 7);
        try (Preprocessor preprocessor = new Preprocessor(Preprocessing.PHOTO, ImageLimits.DEFAULT);
                Preprocessor other = new Preprocessor(Preprocessing.PHOTO, ImageLimits.DEFAULT)) {
            byte[] pixels = preprocessor.pixels(image);

            assertThat(pixels).hasSize(64 * 64 * 3).isEqualTo(other.pixels(image));
        }
    }

    @Test
    void shouldInvertDrawingsSoThatPaperIsZero() throws Exception {
        byte[] paper = solid(100, 100, Color.WHITE);
        byte[] ink = solid(100, 100, Color.BLACK);
        try (Preprocessor preprocessor = new Preprocessor(Preprocessing.DRAWING, ImageLimits.DEFAULT)) {
            assertThat(preprocessor.pixels(paper)).containsOnly(0);
            assertThat(preprocessor.pixels(ink)).containsOnly((byte) 255);
        }
    }

    @Test
    void shouldTakeTheCentreSquareOfAWideImage() throws Exception {
        BufferedImage wide = new BufferedImage(300, 100, BufferedImage.TYPE_INT_RGB);
        wide.createGraphics().fillRect(100, 0, 100, 100);
        try (Preprocessor preprocessor = new Preprocessor(new Preprocessing(10, 1, false), ImageLimits.DEFAULT)) {
            byte[] pixels = preprocessor.pixels(png(wide));

            // The filter blends the outermost columns with their neighbours outside the square.
            for (int row = 0; row < 10; row++) {
                assertThat(Arrays.copyOfRange(pixels, row * 10 + 1, row * 10 + 9))
                        .containsOnly((byte) 255);
            }
        }
    }

    @Test
    void shouldEnlargeAnImageOfOnePixel() throws Exception {
        try (Preprocessor preprocessor = new Preprocessor(Preprocessing.PHOTO, ImageLimits.DEFAULT)) {
            assertThat(preprocessor.pixels(solid(1, 1, Color.WHITE))).containsOnly((byte) 255);
        }
    }

    @Test
    void shouldRejectDamagedImagesAsMalformedAndGoOn() throws Exception {
        byte[] jpeg = TestImages.jpeg(64, 64, 3);
        byte[] png = TestImages.png(64, 64, 3);
        try (Preprocessor preprocessor = new Preprocessor(Preprocessing.PHOTO, ImageLimits.DEFAULT)) {
            for (byte[] image : new byte[][] {jpeg, png}) {
                byte[] truncated = Arrays.copyOf(image, image.length - image.length / 3);

                RejectedImageException rejection =
                        catchThrowableOfType(RejectedImageException.class, () -> preprocessor.pixels(truncated));

                assertThat(rejection.reason()).isEqualTo(DeadLetterReason.MALFORMED);
                assertThat(preprocessor.pixels(image)).isNotEmpty();
            }
        }
    }

    private static byte[] solid(int width, int height, Color colour) throws Exception {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        var graphics = image.createGraphics();
        graphics.setColor(colour);
        graphics.fillRect(0, 0, width, height);
        return png(image);
    }

    private static byte[] png(BufferedImage image) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }
}
