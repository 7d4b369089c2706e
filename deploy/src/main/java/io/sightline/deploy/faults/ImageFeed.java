package io.sightline.deploy.faults;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ImageEvent;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends the images, each once and acknowledged by all in-sync replicas: a fifth at once, the others evenly over a time.
 * Runs on a thread of its own. Close it once.
 */
final class ImageFeed implements AutoCloseable {

    private static final double AT_ONCE = 0.2;

    private final KafkaProducer<String, byte[]> producer;
    private final Serializer<ImageEvent> serializer;
    private final SeededDrawings drawings;
    private final int images;
    private final Duration spread;
    private final Map<String, Position> sent = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final Thread thread = Thread.ofPlatform().name("image-feed").unstarted(this::feed);

    ImageFeed(KafkaConnection connection, RecordSerdes serdes, SeededDrawings drawings, int images, Duration spread) {
        this.producer =
                new KafkaProducer<>(connection.producer("faults"), new StringSerializer(), new ByteArraySerializer());
        this.serializer = serdes.serializer(ImageEvent.class);
        this.drawings = drawings;
        this.images = images;
        this.spread = spread;
    }

    /** Where an image event lies in the images topic. */
    record Position(int partition, long offset) {}

    void start() {
        thread.start();
    }

    /**
     * Waits for the end.
     *
     * @return where the event of each image lies
     * @throws IllegalStateException if the brokers did not take an image
     */
    Map<String, Position> await() throws InterruptedException {
        thread.join();
        Exception first = failure.get();
        if (first != null || sent.size() < images) {
            throw new IllegalStateException(
                    "the brokers took " + sent.size() + " of " + images + " images: " + first, first);
        }
        return Map.copyOf(sent);
    }

    @Override
    public void close() {
        thread.interrupt();
        producer.close(Duration.ZERO);
    }

    private void feed() {
        int atOnce = (int) (AT_ONCE * images);
        long start = System.nanoTime();
        try {
            for (int i = 0; i < images; i++) {
                double due = i < atOnce ? 0 : spread.toNanos() * (double) (i - atOnce) / (images - atOnce);
                TimeUnit.NANOSECONDS.sleep((long) due - (System.nanoTime() - start));
                send(i);
            }
            producer.flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private void send(int index) {
        String id = SeededDrawings.id(index);
        byte[] value = drawings.event(index, serializer);
        producer.send(new ProducerRecord<>(Topics.IMAGES, id, value), (metadata, refused) -> {
            if (refused == null) {
                sent.put(id, new Position(metadata.partition(), metadata.offset()));
            } else {
                failure.compareAndSet(null, refused);
            }
        });
    }
}
