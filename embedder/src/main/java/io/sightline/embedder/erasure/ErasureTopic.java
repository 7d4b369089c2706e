package io.sightline.embedder.erasure;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Erasure;
import io.sightline.schemas.avro.ErasureDone;
import io.sightline.schemas.avro.ErasureHolder;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Writes {@code sightline.erasures}. Thread-safe. */
public final class ErasureTopic implements AutoCloseable {

    private final Producer<String, SpecificRecord> producer;

    /** Opens a producer of its own. */
    public ErasureTopic(KafkaConnection connection, RecordSerdes serdes) {
        this.producer = new KafkaProducer<>(
                connection.producer("sightline-erasures"),
                new StringSerializer(),
                serdes.serializer(SpecificRecord.class));
    }

    /**
     * Announces an erasure, and returns when all in-sync replicas have it. To announce it again changes nothing.
     *
     * @throws IllegalStateException if the brokers did not take it
     */
    public void announce(Erasure erasure) {
        await(send("image " + erasure.getId(), erasure));
    }

    /** Says that a place holds nothing any more. What gets lost is said again, since the place is asked again. */
    void done(ErasureDone done) {
        send(done.getPlace() + "@" + done.getHolder() + " " + done.getId(), done);
    }

    /** Says that a place exists; returns when that is written, so that no erasure is over without it. */
    void present(ErasureHolder holder) {
        await(send(holderKey(holder.getPlace(), holder.getHolder()), holder));
    }

    /** Says that a place is gone, with all that it held. */
    void withdraw(String place, String holder) {
        await(send(holderKey(place, holder), null));
    }

    /** Neither places nor holders have spaces, so no image id makes two keys equal. */
    static String holderKey(String place, String holder) {
        return "holder " + place + "@" + holder;
    }

    private Future<RecordMetadata> send(String key, @Nullable SpecificRecord value) {
        return producer.send(new ProducerRecord<>(Topics.ERASURES, key, value));
    }

    private static void await(Future<RecordMetadata> written) {
        try {
            written.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "the brokers did not take a record of " + Topics.ERASURES + ": " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while writing to " + Topics.ERASURES, e);
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
