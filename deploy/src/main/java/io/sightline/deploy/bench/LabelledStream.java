package io.sightline.deploy.bench;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.LabelEvent;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes labelled images as ingest does, each under an id of its own: a random grey picture for each class, with noise
 * on it. They are taken in turn from a few that are drawn beforehand, so that what is measured is not the drawing. Not
 * thread-safe.
 */
final class LabelledStream implements AutoCloseable {

    /** An image event and a label event. */
    static final int RECORDS_PER_IMAGE = 2;

    private static final int PICTURES_PER_CLASS = 20;
    private static final int SIZE = Preprocessing.DRAWING.size();
    private static final double NOISE = 40;

    private final int classes;
    private final List<byte[]> pictures;
    private final Producer<String, byte[]> producer;
    private final Serializer<ImageEvent> images;
    private final Serializer<LabelEvent> labels;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private long sent;

    LabelledStream(KafkaConnection connection, RecordSerdes serdes, int classes) {
        this.classes = classes;
        this.pictures = pictures(classes);
        this.images = serdes.serializer(ImageEvent.class);
        this.labels = serdes.serializer(LabelEvent.class);
        this.producer = new KafkaProducer<>(
                connection.producer("sightline-bench"), new StringSerializer(), new ByteArraySerializer());
    }

    /** Images sent so far. */
    long sent() {
        return sent;
    }

    /**
     * Sends images until there are so many in all, and returns when the broker has them.
     *
     * @throws IllegalStateException if the broker did not take one
     */
    void sendUpTo(long total) {
        for (; sent < total; sent++) {
            send(sent);
        }
        producer.flush();
        @Nullable Exception first = failure.get();
        if (first != null) {
            throw new IllegalStateException("the broker did not take all images: " + first.getMessage(), first);
        }
    }

    @Override
    public void close() {
        producer.close();
    }

    private void send(long number) {
        String id = "image-" + number;
        byte[] picture = pictures.get((int) (number % pictures.size()));
        Instant now = Clock.systemUTC().instant();
        ImageEvent image =
                new ImageEvent(new InlinePayload(ByteBuffer.wrap(picture)), "image/png", Map.of(), "bench", now);
        LabelEvent label = new LabelEvent("class-" + number % classes, "bench", now);
        send(Topics.IMAGES, id, images.serialize(Topics.IMAGES, image));
        send(Topics.LABELS, id, labels.serialize(Topics.LABELS, label));
    }

    private void send(String topic, String id, byte[] value) {
        producer.send(new ProducerRecord<>(topic, id, value), (written, refused) -> {
            if (refused != null) {
                failure.compareAndSet(null, refused);
            }
        });
    }

    /** Class by class in turn, so that picture i is of class i modulo the number of classes. */
    private static List<byte[]> pictures(int classes) {
        Random random = new Random(1);
        List<byte[]> bases = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            byte[] base = new byte[SIZE * SIZE];
            random.nextBytes(base);
            bases.add(base);
        }
        List<byte[]> pictures = new ArrayList<>();
        for (int i = 0; i < PICTURES_PER_CLASS; i++) {
            bases.forEach(base -> pictures.add(png(noisy(base, random))));
        }
        return pictures;
    }

    private static byte[] noisy(byte[] base, Random random) {
        byte[] pixels = new byte[base.length];
        for (int i = 0; i < base.length; i++) {
            double grey = Byte.toUnsignedInt(base[i]) + NOISE * random.nextGaussian();
            pixels[i] = (byte) Math.clamp(Math.round(grey), 0, 255);
        }
        return pixels;
    }

    private static byte[] png(byte[] pixels) {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setDataElements(0, 0, SIZE, SIZE, pixels);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", stream);
        } catch (IOException e) {
            throw new UncheckedIOException("could not write a picture as PNG", e);
        }
        return bytes.toByteArray();
    }
}
