package io.sightline.embedder.versions;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes transitions of model versions. Thread-safe. */
public final class ModelLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ModelLog.class);

    private final Producer<String, ModelEvent> producer;

    /** Opens a producer of its own. */
    public ModelLog(KafkaConnection connection, RecordSerdes serdes) {
        this.producer = new KafkaProducer<>(
                connection.producer("sightline-model-log"),
                new StringSerializer(),
                serdes.serializer(ModelEvent.class));
    }

    /**
     * Appends an event and returns when all in-sync replicas have it.
     *
     * @return its offset
     *
     * @throws IllegalStateException if the broker did not take it
     */
    public long append(ModelEvent event) {
        try {
            RecordMetadata written = producer.send(new ProducerRecord<>(Topics.MODELS, event.getVersion(), event))
                    .get();
            LOG.info("version {} is {}: {}", event.getVersion(), event.getStatus(), event.getReason());
            return written.offset();
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "the broker did not take " + event.getVersion() + " " + event.getStatus() + ": " + e.getCause(),
                    e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while writing to " + Topics.MODELS, e);
        }
    }

    /** Appends the next state of a version; returns its offset. */
    public long transition(ModelEvent event, ModelStatus next, String reason, Instant now) {
        return transition(event, next, reason, now, null);
    }

    /** Appends the next state of a version that is kept until the given time; returns its offset. */
    public long transition(
            ModelEvent event, ModelStatus next, String reason, Instant now, @Nullable Instant expiresAt) {
        return append(ModelEvent.newBuilder(event)
                .setStatus(next)
                .setReason(reason)
                .setEventTime(now)
                .setExpiresAt(expiresAt)
                .build());
    }

    @Override
    public void close() {
        producer.close();
    }
}
