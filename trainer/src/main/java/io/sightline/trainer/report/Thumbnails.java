package io.sightline.trainer.report;

import io.sightline.embedder.image.Preprocessing;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;

/**
 * Preprocessed images as pictures that a page can hold. Immutable.
 *
 * @param preprocessing of the pixels
 */
record Thumbnails(Preprocessing preprocessing) {

    /** What a picture is scaled to on the page, at least roughly, in pixels. */
    private static final int SIDE = 72;

    /** Adds a picture to a page, marked so that it can be {@linkplain ErasedPictures erased}. */
    void addTo(Markup page, HoldoutImage image, String description) {
        String side = Integer.toString(side());
        page.empty(
                "img",
                ErasedPictures.MARK,
                ErasedPictures.mark(image.id()),
                "src",
                dataUri(image.pixels()),
                "width",
                side,
                "height",
                side,
                "alt",
                description,
                "title",
                description);
    }

    /**
     * A PNG as a data URI. Pixels of inverted drawings are inverted back, to dark ink on light paper.
     *
     * @param pixels [size, size, channels] uint8, row-major
     * @throws IllegalArgumentException if there are more or fewer pixels than that
     */
    String dataUri(byte[] pixels) {
        if (pixels.length != preprocessing.bytes()) {
            throw new IllegalArgumentException("an image of " + pixels.length + " bytes cannot be shown: "
                    + preprocessing + " has " + preprocessing.bytes()
                    + "; give the report the preprocessing that the pixels went through");
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture(pixels), "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException("could not write a thumbnail as PNG", e);
        }
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png.toByteArray());
    }

    /** A whole multiple of small images, so that all their pixels are squares of the same size. */
    private int side() {
        return preprocessing.size() > SIDE
                ? SIDE
                : preprocessing.size() * Math.round((float) SIDE / preprocessing.size());
    }

    private BufferedImage picture(byte[] pixels) {
        int size = preprocessing.size();
        int channels = preprocessing.channels();
        int flip = preprocessing.invert() ? 0xFFFFFF : 0;
        BufferedImage picture = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < size * size; i++) {
            int red = Byte.toUnsignedInt(pixels[i * channels]);
            int green = Byte.toUnsignedInt(pixels[i * channels + channels / 2]);
            int blue = Byte.toUnsignedInt(pixels[i * channels + channels - 1]);
            picture.setRGB(i % size, i / size, (red << 16 | green << 8 | blue) ^ flip);
        }
        return picture;
    }
}
