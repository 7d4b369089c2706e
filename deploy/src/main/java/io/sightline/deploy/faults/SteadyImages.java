package io.sightline.deploy.faults;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ImageEvent;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Sends images at a steady rate until it is closed, some at once at the start. Runs on a thread of its own. */
final class SteadyImages implements AutoCloseable {

    private final KafkaProducer<String, byte[]> producer;
    private final Serializer<ImageEvent> serializer;
    private final SeededDrawings drawings;
    private final int atOnce;
    private final int perSecond;
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final Thread thread = Thread.ofPlatform().name("steady-images").unstarted(this::feed);
    private volatile boolean stopped;

    SteadyImages(KafkaConnection connection, RecordSerdes serdes, SeededDrawings drawings, int atOnce, int perSecond) {
        this.producer =
                new KafkaProducer<>(connection.producer("faults"), new StringSerializer(), new ByteArraySerializer());
        this.serializer = serdes.serializer(ImageEvent.class);
        this.drawings = drawings;
        this.atOnce = atOnce;
        this.perSecond = perSecond;
    }

    void start() {
        thread.start();
    }

    /** Images that the brokers have. */
    int acknowledged() {
        return acknowledged.get();
    }

    /**
     * Stops to send, and returns how many were sent.
     *
     * @throws IllegalStateException if the brokers did not take one
     */
    int stop() throws InterruptedException {
        stopped = true;
        thread.join();
        Exception first = failure.get();
        if (first != null) {
            throw new IllegalStateException("the brokers did not take an image: " + first, first);
        }
        return acknowledged.get();
    }

    @Override
    public void close() {
        stopped = true;
        producer.close();
    }

    private void feed() {
        long start = System.nanoTime();
        try {
            for (int i = 0; !stopped; i++) {
                if (i >= atOnce) {
                    long due = start + (long) (1e9 * (i - atOnce) / perSecond);
                    TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
                }
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
        byte[] value = drawings.event(index, serializer);
        producer.send(new ProducerRecord<>(Topics.IMAGES, SeededDrawings.id(index), value), (metadata, refused) -> {
            if (refused == null) {
                acknowledged.incrementAndGet();
            } else {
                failure.compareAndSet(null, refused);
            }
        });
    }
}
