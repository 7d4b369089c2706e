package io.sightline.deploy.faults;

import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Small drawings of a few lines, all different, each made when it is asked for. Deterministic, immutable.
 *
 * @param seed of all of them
 */
record SeededDrawings(long seed) {

    private static final String PREFIX = "drawing-";
    private static final int SIDE = 28;
    private static final int LINES = 6;
    /** Not SplittableRandom's own increment: drawings would be shifts of each other's sequence. */
    private static final long STRIDE = 0xD1342543DE82EF95L;

    /** Image id of a drawing. */
    static String id(int index) {
        return PREFIX + index;
    }

    /** The drawing with an id. */
    static int index(String id) {
        return Integer.parseInt(id.substring(PREFIX.length()));
    }

    /** The event that brings a drawing now, as it is on the topic. */
    byte[] event(int index, Serializer<ImageEvent> serializer) {
        InlinePayload payload = new InlinePayload(ByteBuffer.wrap(png(index)));
        return serializer.serialize(
                Topics.IMAGES, new ImageEvent(payload, "image/png", Map.of(), "faults", Instant.now()));
    }

    /** A PNG of 28 x 28 grey pixels. */
    byte[] png(int index) {
        SplittableRandom random = new SplittableRandom(seed + STRIDE * (index + 1));
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, SIDE, SIDE);
        for (int i = 0; i < LINES; i++) {
            int grey = random.nextInt(160);
            graphics.setColor(new Color(grey, grey, grey));
            graphics.setStroke(new BasicStroke(1 + random.nextInt(3)));
            graphics.drawLine(random.nextInt(SIDE), random.nextInt(SIDE), random.nextInt(SIDE), random.nextInt(SIDE));
        }
        graphics.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        // ImageIO would put a file between.
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            ImageIO.write(image, "png", stream);
            stream.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
