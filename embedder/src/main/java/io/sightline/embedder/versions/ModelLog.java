package io.sightline.embedder.versions;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.LogKeys;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes events of model versions; which of them have an effect {@link ModelVersions} decides. Thread-safe. */
public final class ModelLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ModelLog.class);

    private final Producer<String, ModelEvent> producer;
    private final String decider = process();

    /** Opens a producer of its own. */
    public ModelLog(KafkaConnection connection, RecordSerdes serdes) {
        this.producer = new KafkaProducer<>(
                connection.producer("sightline-model-log"),
                new StringSerializer(),
                serdes.serializer(ModelEvent.class));
    }

    /**
     * Announces a version. It has an effect unless its name is known already.
     *
     * @param event with status CANDIDATE, or REJECTED
     * @return its offset, when all in-sync replicas have it
     * @throws IllegalStateException if the broker did not take it
     */
    public long publish(ModelEvent event) {
        return append(announcement(event));
    }

    /**
     * Writes what was decided on a state. It has an effect if that is still the state when it arrives, and the step is
     * one that there is: whoever must know looks for {@link ModelVersions#refusal} of the offset.
     *
     * @return its offset, when all in-sync replicas have it
     * @throws IllegalStateException if the broker did not take it
     * @throws NoSuchElementException if the state has no such version
     */
    public long decide(ModelVersions state, Decision decision, Instant now) {
        return append(decision.event(state, now));
    }

    static ModelEvent announcement(ModelEvent event) {
        Cause cause = event.getStatus() == ModelStatus.REJECTED ? Cause.TRAINER_GATE : Cause.PUBLISHED;
        return ModelEvent.newBuilder(event).setCause(cause.text()).build();
    }

    long append(ModelEvent unsigned) {
        ModelEvent event = ModelEvent.newBuilder(unsigned).setDecidedBy(decider).build();
        try {
            RecordMetadata written = producer.send(new ProducerRecord<>(Topics.MODELS, event.getVersion(), event))
                    .get();
            LOG.atInfo()
                    .addKeyValue(LogKeys.VERSION, event.getVersion())
                    .addKeyValue(LogKeys.STATUS, event.getStatus())
                    .addKeyValue(LogKeys.REASON, event.getCause())
                    .addKeyValue(LogKeys.OFFSET, written.offset())
                    .log("version {} is to be {}: {}", event.getVersion(), event.getStatus(), event.getReason());
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

    private static String process() {
        long pid = ProcessHandle.current().pid();
        try {
            return InetAddress.getLocalHost().getHostName() + ":" + pid;
        } catch (UnknownHostException e) {
            return "unnamed host:" + pid;
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
