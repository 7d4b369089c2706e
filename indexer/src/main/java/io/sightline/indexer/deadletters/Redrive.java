package io.sightline.indexer.deadletters;

import io.sightline.schemas.KafkaConnection;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends dead events again, so that the lanes try them once more: same topic, partition, key and value, hence the same
 * event time; one header, {@value #REDRIVEN_FROM}, has the coordinates of the dead one. Close it once; not
 * thread-safe.
 *
 * <p><b>Why it overwrites nothing.</b> An event is sent only if it is the newest of its image. Each is sent in a
 * transaction of its own. Before the commit, all that the partition holds below the new record is read; if any of it
 * is of the same image, the transaction is aborted and nobody has seen the record. What comes after the new record
 * wins over it anyway. A second redrive of the same event finds the first one's record, and skips.
 *
 * <p>On failure: one redrive runs at a time on the same brokers; the second ends the first. Until its transaction is
 * decided, which takes milliseconds, the lanes wait at it. If this process is killed in the middle, they wait for
 * {@link #TRANSACTION_TIMEOUT_MS} or for the next redrive, whichever comes first.
 */
public final class Redrive implements AutoCloseable {

    /** Header with the coordinates of the dead event, in UTF-8. */
    public static final String REDRIVEN_FROM = "sightline.redriven-from";

    /** After this, the brokers give up the transaction of a redrive that does not answer. Milliseconds. */
    public static final int TRANSACTION_TIMEOUT_MS = 30_000;

    private static final String TRANSACTIONAL_ID = "sightline-redrive";

    private final Producer<byte[], byte[]> producer;
    private final PartitionReader originals;
    private final NewestEvents newest;

    private Redrive(Producer<byte[], byte[]> producer, PartitionReader originals, NewestEvents newest) {
        this.producer = producer;
        this.originals = originals;
        this.newest = newest;
    }

    /** What was done with a dead event. */
    public enum Outcome {
        /** It was sent again. */
        SENT,
        /** It must not be sent, since something newer is there. */
        SKIPPED,
        /** It should have been sent, and was not. */
        FAILED
    }

    /**
     * What was done, and why.
     *
     * @param view the dead event
     * @param outcome what was done with it
     * @param explanation words that follow "it"
     */
    public record Result(DeadLetterView view, Outcome outcome, String explanation) {}

    /**
     * Gets ready to send some of the given events: ends a redrive that was left, and reads what has become of the
     * images up to now.
     *
     * @throws KafkaException if the brokers do not answer or do not let us write
     */
    public static Redrive open(KafkaConnection connection, Collection<DeadLetterView> views) {
        Producer<byte[], byte[]> producer = producer(connection);
        try {
            // First: what a redrive before us left undecided is decided before it is read.
            producer.initTransactions();
            NewestEvents newest = NewestEvents.read(connection, views);
            return new Redrive(producer, PartitionReader.ofSingles(connection, PartitionReader.Patience.LONG), newest);
        } catch (RuntimeException | Error e) {
            producer.close();
            throw e;
        }
    }

    /**
     * Sends one of the events again, if it still is the newest of its image. The brokers have it when this returns.
     *
     * @throws IllegalStateException if another redrive took over, or the brokers did not say whether they took the
     *     event: no more can be sent by this one. Redriving once more is safe
     * @throws IllegalArgumentException if it is not one of the events that this was opened with
     */
    public Result send(DeadLetterView view) {
        return switch (newest.deadness(view)) {
            case Deadness.Newest now ->
                originals
                        .read(view.origin())
                        .map(original -> append(view, original))
                        .orElseGet(() -> new Result(view, Outcome.FAILED, new Deadness.Gone().description()));
            case Deadness other -> unsent(view, other);
        };
    }

    /** What has become of the image of one of the events, as far as is known. */
    Deadness deadness(DeadLetterView view) {
        return newest.deadness(view);
    }

    /** What is to be said of an event that is not the newest of its image. */
    public static Result unsent(DeadLetterView view, Deadness deadness) {
        Outcome outcome = deadness instanceof Deadness.Keyless ? Outcome.FAILED : Outcome.SKIPPED;
        return new Result(view, outcome, deadness.description());
    }

    @Override
    public void close() {
        producer.close();
        originals.close();
        newest.close();
    }

    private Result append(DeadLetterView view, ConsumerRecord<byte[], byte[]> original) {
        try {
            producer.beginTransaction();
            return appendUnlessOvertaken(view, again(view, original));
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            throw new IllegalStateException(
                    "another redrive began, and this one gave way at " + view.origin()
                            + ": run it again when that has ended; what was sent is skipped then",
                    e);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "the brokers did not say whether they took " + view.origin()
                            + ": check them and run it again; what was sent is skipped then",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending " + view.origin() + " again", e);
        }
    }

    private Result appendUnlessOvertaken(DeadLetterView view, ProducerRecord<byte[], byte[]> record)
            throws InterruptedException {
        RecordMetadata written;
        try {
            written = producer.send(record).get();
        } catch (ExecutionException e) {
            producer.abortTransaction();
            return new Result(view, Outcome.FAILED, "was not taken by the brokers: " + e.getCause());
        }
        Coordinates as = new Coordinates(written.topic(), written.partition(), written.offset());
        // Committed records below ours can be read; ours cannot, and nothing below it is still to come.
        newest.readTo(as.topicPartition(), as.offset());
        if (newest.deadness(view) instanceof Deadness.Newest) {
            producer.commitTransaction();
            return new Result(view, Outcome.SENT, "was sent again, as " + as);
        }
        producer.abortTransaction();
        return unsent(view, newest.deadness(view));
    }

    private static ProducerRecord<byte[], byte[]> again(DeadLetterView view, ConsumerRecord<byte[], byte[]> original) {
        byte[] origin = view.origin().toString().getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(
                original.topic(),
                original.partition(),
                original.key(),
                original.value(),
                List.of(new RecordHeader(REDRIVEN_FROM, origin)));
    }

    private static Producer<byte[], byte[]> producer(KafkaConnection connection) {
        Map<String, Object> settings = connection.producer(TRANSACTIONAL_ID);
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, TRANSACTIONAL_ID);
        settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
