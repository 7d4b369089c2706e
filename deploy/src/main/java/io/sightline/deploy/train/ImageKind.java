package io.sightline.deploy.train;

import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.ingest.loader.Dataset;
import io.sightline.ingest.loader.DatasetImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;

/** Whether images are drawings on light paper, or photographs: by a look at some of them. */
public final class ImageKind {

    private static final int LOOKED_AT = 12;
    private static final double PAPER = 0.55;

    private ImageKind() {}

    /**
     * The preprocessing for a data set.
     *
     * @throws IOException if it cannot be read
     */
    public static Preprocessing of(Path data) throws IOException {
        try (Dataset dataset = Dataset.open(data)) {
            return of(dataset.images());
        }
    }

    /** The preprocessing for some images. */
    public static Preprocessing of(List<DatasetImage> images) {
        int drawings = 0;
        int looked = 0;
        int stride = Math.max(1, images.size() / LOOKED_AT);
        for (int i = 0; i < images.size(); i += stride) {
            Optional<BufferedImage> image = decode(images.get(i));
            looked += image.isPresent() ? 1 : 0;
            drawings += image.filter(ImageKind::isDrawing).isPresent() ? 1 : 0;
        }
        return drawings * 2 > looked ? Preprocessing.DRAWING : Preprocessing.PHOTO;
    }

    /** A look at an image; one that cannot be decoded is the embedder's to report. */
    private static Optional<BufferedImage> decode(DatasetImage image) {
        try {
            byte[] content = image.content().read();
            ImageLimits.DEFAULT.check(content);
            return Optional.ofNullable(ImageIO.read(new ByteArrayInputStream(content)));
        } catch (IOException | RejectedImageException e) {
            return Optional.empty();
        }
    }

    /** Mostly light pixels without colour. */
    private static boolean isDrawing(BufferedImage image) {
        int paper = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int rgb = image.getRGB(x, y);
                int red = rgb >> 16 & 0xff;
                int green = rgb >> 8 & 0xff;
                int blue = rgb & 0xff;
                boolean grey = Math.abs(red - green) < 8 && Math.abs(green - blue) < 8;
                paper += grey && red > 230 ? 1 : 0;
            }
        }
        return paper > PAPER * image.getWidth() * image.getHeight();
    }
}
