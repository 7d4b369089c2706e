package io.sightline.embedder.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import java.util.function.IntBinaryOperator;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the cubic filter of Pillow and torchvision, written down again in double precision. */
class CentreCropTest {

    private static final double A = -0.5;

    @Test
    void shouldKeepALinearGradientAndCutOffTheRim() throws Exception {
        byte[] pixels = pixels(224, grey(448, 448, (x, y) -> (x + y) / 4));

        // 448 become 256, of which 16 are cut off at either side; the gradient's steps of a quarter are smoothed.
        for (int y = 0; y < 224; y++) {
            for (int x = 0; x < 224; x++) {
                double atX = (x + 16 + 0.5) * 448 / 256 - 0.5;
                double atY = (y + 16 + 0.5) * 448 / 256 - 0.5;
                // Whole numbers are rounded down by 3/8 on average.
                assertThat((double) (pixels[y * 224 + x] & 0xff))
                        .as("row %d, column %d", y, x)
                        .isBetween((atX + atY) / 4 - 0.375 - 1, (atX + atY) / 4 - 0.375 + 1);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "500, 375, 224", // wide, as photos are; 58.5 pixels are cut off on the left
        "333, 499, 224", // tall; 79.5 pixels are cut off above
        "97, 40, 32",
        "31, 400, 32",
        "36, 36, 32", // exactly what is cut
        "20, 13, 32", // smaller than the input
        "1, 1, 8",
        "3, 700, 8" // far apart
    })
    void shouldScaleTheShorterSideAndTakeTheCentre(int width, int height, int size) throws Exception {
        long seed = 31L * width + height;
        Random random = new Random(seed);
        int[] values = random.ints((long) width * height, 0, 256).toArray();
        BufferedImage image = grey(width, height, (x, y) -> values[y * width + x]);

        byte[] pixels = pixels(size, image);

        int shorter = (int) Math.round(size * 256 / 224.0);
        double[][] rows = weights(height, shorter * height / Math.min(width, height), size);
        double[][] columns = weights(width, shorter * width / Math.min(width, height), size);
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                double sum = 0;
                for (int sourceY = 0; sourceY < height; sourceY++) {
                    for (int sourceX = 0; rows[y][sourceY] != 0 && sourceX < width; sourceX++) {
                        sum += rows[y][sourceY] * columns[x][sourceX] * values[sourceY * width + sourceX];
                    }
                }
                double expected = Math.max(0, Math.min(255, sum));
                assertThat((double) (pixels[y * size + x] & 0xff))
                        .as("row %d, column %d, seed %d", y, x, seed)
                        .isBetween(expected - 0.51, expected + 0.51);
            }
        }
    }

    @Test
    void shouldSeeLessThanTheSquare() throws Exception {
        BufferedImage framed = grey(256, 256, (x, y) -> x < 8 || y < 8 || x >= 248 || y >= 248 ? 255 : 0);

        assertThat(pixels(224, framed)).containsOnly(0);
        try (Preprocessor square = new Preprocessor(new Preprocessing(224, 1, false), ImageLimits.DEFAULT)) {
            assertThat(square.pixels(png(framed))).contains((byte) 255);
        }
    }

    /** Weights of the source's pixels in each pixel of the result, [size, extent]. */
    private static double[][] weights(int extent, int resized, int size) {
        double step = (double) extent / resized;
        double stretch = Math.max(1, step);
        double cut = Math.rint((resized - size) / 2.0);
        double[][] weights = new double[size][extent];
        for (int i = 0; i < size; i++) {
            double middle = (i + cut + 0.5) * step;
            double sum = 0;
            for (int source = 0; source < extent; source++) {
                weights[i][source] = keys((source + 0.5 - middle) / stretch);
                sum += weights[i][source];
            }
            for (int source = 0; source < extent; source++) {
                weights[i][source] /= sum;
            }
        }
        return weights;
    }

    /** Keys, "Cubic convolution interpolation for digital image processing", 1981, equation 4 with a = -1/2. */
    private static double keys(double distance) {
        double x = Math.abs(distance);
        if (x < 1) {
            return (A + 2) * x * x * x - (A + 3) * x * x + 1;
        }
        return x < 2 ? A * x * x * x - 5 * A * x * x + 8 * A * x - 4 * A : 0;
    }

    private static byte[] pixels(int size, BufferedImage image) throws Exception {
        Preprocessing preprocessing = new Preprocessing(size, 1, false, Preprocessing.Crop.CENTRE);
        try (Preprocessor preprocessor = new Preprocessor(preprocessing, ImageLimits.DEFAULT)) {
            return preprocessor.pixels(png(image));
        }
    }

    private static BufferedImage grey(int width, int height, IntBinaryOperator value) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.getRaster().setSample(x, y, 0, value.applyAsInt(x, y));
            }
        }
        return image;
    }

    private static byte[] png(BufferedImage image) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }
}
