package io.sightline.deploy.faults;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.Vectors;
import io.sightline.schemas.avro.Coordinates;
import io.sightline.schemas.avro.Embedding;
import io.sightline.schemas.avro.LabelEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends a history to the embeddings topic of a version and to the labels, evenly over a time. The event that an embedding
 * says it was made from has the write's number as its offset. Runs on a thread of its own. Close it once.
 */
final class IndexFeed implements AutoCloseable {

    /** A lane writes in batches too; a request for each record would cost what the indexer starts with. */
    private static final int LINGER_MILLIS = 50;

    private final KafkaProducer<String, byte[]> producer;
    private final Serializer<Embedding> embeddings;
    private final Serializer<LabelEvent> labels;
    private final String version;
    private final IndexWrites writes;
    private final Duration spread;
    private final BitSet acknowledged = new BitSet();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final Thread thread = Thread.ofPlatform().name("index-feed").unstarted(this::feed);

    IndexFeed(KafkaConnection connection, RecordSerdes serdes, String version, IndexWrites writes, Duration spread) {
        Map<String, Object> producerSettings = connection.producer("faults");
        producerSettings.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
        this.producer = new KafkaProducer<>(producerSettings, new StringSerializer(), new ByteArraySerializer());
        this.embeddings = serdes.serializer(Embedding.class);
        this.labels = serdes.serializer(LabelEvent.class);
        this.version = version;
        this.writes = writes;
        this.spread = spread;
    }

    void start() {
        thread.start();
    }

    /** How many of the first writes are all acknowledged. */
    int acknowledged() {
        synchronized (acknowledged) {
            return acknowledged.nextClearBit(0);
        }
    }

    /**
     * Waits until all is acknowledged.
     *
     * @throws IllegalStateException if the brokers did not take something
     */
    void await() throws InterruptedException {
        thread.join();
        Exception first = failure.get();
        if (first != null || acknowledged() < writes.count()) {
            throw new IllegalStateException(
                    "the brokers took the first " + acknowledged() + " of " + writes.count() + " writes: " + first,
                    first);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        producer.close(Duration.ZERO);
    }

    private void feed() {
        long start = System.nanoTime();
        try {
            for (int i = 0; i < writes.count(); i++) {
                long due = (long) (spread.toNanos() * (double) i / writes.count());
                TimeUnit.NANOSECONDS.sleep(due - (System.nanoTime() - start));
                int number = i;
                producer.send(record(i), (metadata, refused) -> {
                    if (refused == null) {
                        note(number);
                    } else {
                        failure.compareAndSet(null, refused);
                    }
                });
            }
            producer.flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private void note(int number) {
        synchronized (acknowledged) {
            acknowledged.set(number);
        }
    }

    private ProducerRecord<String, byte[]> record(int number) {
        IndexWrites.Write write = writes.get(number);
        String topic = Topics.embeddings(version);
        return switch (write.kind()) {
            case UPSERT -> new ProducerRecord<>(topic, write.id(), embeddings.serialize(topic, embedding(number)));
            case DELETE -> new ProducerRecord<>(topic, write.id(), null);
            case LABEL ->
                new ProducerRecord<>(
                        Topics.LABELS,
                        write.id(),
                        labels.serialize(Topics.LABELS, new LabelEvent(write.label(), "faults", Instant.now())));
        };
    }

    private Embedding embedding(int number) {
        return new Embedding(
                Vectors.encode(writes.vector(number)),
                version,
                "00ff",
                "image/png",
                Map.of(),
                Instant.now(),
                new Coordinates(Topics.IMAGES, 0, (long) number));
    }
}
