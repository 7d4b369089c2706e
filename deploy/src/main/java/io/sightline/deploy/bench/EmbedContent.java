package io.sightline.deploy.bench;

import io.sightline.embedder.image.ImageFormat;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.ingest.loader.Dataset;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.trainer.nets.EmbeddingNet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Encoded images for a benchmark of the embedder. Immutable.
 *
 * @param name what they are called in the figures
 * @param net what embeds them
 * @param images encoded; so many as are wanted, each repeated as often as it takes
 */
record EmbedContent(String name, EmbeddingNet net, List<byte[]> images) {

    /** Reads images of a data set. */
    static EmbedContent open(Path data, String name, EmbeddingNet net, int wanted) throws IOException {
        List<byte[]> some = new ArrayList<>();
        try (Dataset dataset = Dataset.open(data)) {
            for (DatasetImage image : dataset.images()) {
                if (some.size() < wanted) {
                    some.add(image.content().read());
                }
            }
        }
        List<byte[]> images = new ArrayList<>(wanted);
        for (int i = 0; i < wanted; i++) {
            images.add(some.get(i % some.size()));
        }
        return new EmbedContent(name, net, List.copyOf(images));
    }

    /** What they go through. */
    Preprocessing preprocessing() {
        return net.preprocessing();
    }

    /** An image as it lies in the images topic. */
    byte[] event(int index, RecordSerdes serdes) {
        return event(images.get(index), serdes);
    }

    /** The same image with a number behind its end, where decoders do not look: a content of its own. */
    byte[] distinctEvent(int index, long number, RecordSerdes serdes) {
        byte[] image = images.get(index);
        return event(
                ByteBuffer.allocate(image.length + Long.BYTES)
                        .put(image)
                        .putLong(number)
                        .array(),
                serdes);
    }

    private static byte[] event(byte[] content, RecordSerdes serdes) {
        ImageEvent event = new ImageEvent(
                new InlinePayload(ByteBuffer.wrap(content)),
                ImageFormat.of(content).map(ImageFormat::mediaType).orElse(""),
                Map.of(),
                "bench",
                Instant.now());
        return serdes.serializer(ImageEvent.class).serialize(Topics.IMAGES, event);
    }

    /** Mean size of an encoded image in bytes. */
    double meanBytes() {
        return images.stream().mapToInt(image -> image.length).average().orElse(Double.NaN);
    }
}
