package io.sightline.indexer.indexing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.sightline.embedder.erasure.ErasureLedger;
import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import io.sightline.schemas.LogKeys;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.UndecodableRecordException;
import io.sightline.schemas.Vectors;
import io.sightline.schemas.avro.Coordinates;
import io.sightline.schemas.avro.Embedding;
import io.sightline.schemas.avro.LabelEvent;
import io.sightline.schemas.tracing.Tracing;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records of a version's embeddings, and of the labels, to the version's store. For one thread, but for {@link
 * #passedOver}.
 *
 * <p>On failure: a record that cannot be decoded, is of another version, or is refused by the store, is logged, and its
 * image is removed, since what the store has of it is older.
 */
final class LaneRecords {

    private static final Logger LOG = LoggerFactory.getLogger(LaneRecords.class);

    private final VectorStore store;
    private final Deserializer<Embedding> embeddings;
    private final Labels labels;
    private final ErasureLedger erasures;
    private final Settling settling;
    private final IndexTelemetry telemetry;
    private final AtomicLong passedOver = new AtomicLong();

    /**
     * Writes nothing yet.
     *
     * @param erasures images of which an embedding may still be read, but not written
     * @param settling is told what is written
     * @param telemetry of the index
     */
    LaneRecords(
            VectorStore store,
            RecordSerdes serdes,
            ErasureLedger erasures,
            Settling settling,
            IndexTelemetry telemetry) {
        this.telemetry = telemetry;
        this.store = store;
        this.embeddings = serdes.deserializer(Embedding.class);
        this.labels = new Labels(serdes.deserializer(LabelEvent.class));
        this.erasures = erasures;
        this.settling = settling;
    }

    static boolean isLabels(TopicPartition partition) {
        return partition.topic().equals(Topics.LABELS);
    }

    /** Records that could not be indexed. */
    long passedOver() {
        return passedOver.get();
    }

    /**
     * Writes what was polled; labels first: an embedding of the same poll is then written with its newest label at once.
     *
     * @param ends of each partition, behind the last record that is written
     */
    void write(ConsumerRecords<String, byte[]> polled, Map<TopicPartition, Long> ends) {
        for (TopicPartition partition : polled.partitions()) {
            if (isLabels(partition)) {
                below(polled, partition, ends).forEach(record -> label(record, true));
            }
        }
        for (TopicPartition partition : polled.partitions()) {
            if (!isLabels(partition)) {
                below(polled, partition, ends).forEach(this::embedding);
            }
        }
        relabel();
    }

    private static Stream<ConsumerRecord<String, byte[]>> below(
            ConsumerRecords<String, byte[]> polled, TopicPartition partition, Map<TopicPartition, Long> ends) {
        long end = ends.getOrDefault(partition, Long.MAX_VALUE);
        return polled.records(partition).stream().takeWhile(record -> record.offset() < end);
    }

    /**
     * Takes a label in; {@link #relabel} writes it.
     *
     * @param isNews whether the documents may not have it yet
     */
    void label(ConsumerRecord<String, byte[]> record, boolean isNews) {
        try {
            labels.read(record, isNews);
        } catch (UndecodableRecordException e) {
            passOver(record, String.valueOf(e.getMessage()));
        }
    }

    /** Writes the labels that are news. */
    void relabel() {
        labels.takeChanged().forEach((id, label) -> {
            store.relabel(id, label.text(), label.offset());
            settling.wrote();
            telemetry.label();
        });
    }

    private void embedding(ConsumerRecord<String, byte[]> record) {
        @Nullable String id = record.key();
        if (id == null) {
            passOver(record, "it has no key");
            return;
        }
        Labels.Label label = labels.of(id);
        Revision revision = new Revision(record.partition(), record.offset() + 1, label.offset());
        if (record.value() == null) {
            delete(id, revision);
            return;
        }
        Span span = telemetry.span(record.headers());
        try {
            Embedding embedding = embeddings.deserialize(record.topic(), record.value());
            if (isErased(id, embedding.getOrigin())) {
                // An index that is built anew would have it on disk again until its segment is merged.
                delete(id, revision);
                return;
            }
            StoredImage image = image(id, embedding, label.text(), revision);
            store.upsert(new EmbeddedImage(image, Vectors.decode(embedding.getVector())));
            settling.wrote(image);
            telemetry.embedding();
        } catch (UndecodableRecordException | IllegalArgumentException e) {
            span.setStatus(StatusCode.ERROR, String.valueOf(e.getMessage()));
            passOver(record, String.valueOf(e.getMessage()));
            delete(id, revision);
        } finally {
            span.end();
        }
    }

    private void delete(String id, Revision revision) {
        store.delete(id, revision);
        settling.wrote();
        telemetry.deletion();
    }

    private boolean isErased(String id, Coordinates origin) {
        return erasures.isErased(id, origin.getPartition(), origin.getOffset());
    }

    private static StoredImage image(String id, Embedding embedding, @Nullable String label, Revision revision) {
        return new StoredImage(
                id,
                embedding.getModelVersion(),
                label,
                embedding.getTags(),
                embedding.getContentSha256(),
                embedding.getContentType(),
                embedding.getEventTime(),
                new StoredImage.Origin(
                        embedding.getOrigin().getTopic(),
                        embedding.getOrigin().getPartition(),
                        embedding.getOrigin().getOffset()),
                revision);
    }

    private void passOver(ConsumerRecord<String, byte[]> record, String why) {
        passedOver.incrementAndGet();
        LOG.atError()
                .addKeyValue(LogKeys.VERSION, store.key().version())
                .addKeyValue(LogKeys.TOPIC, record.topic())
                .addKeyValue(LogKeys.PARTITION, record.partition())
                .addKeyValue(LogKeys.OFFSET, record.offset())
                .addKeyValue(LogKeys.IMAGE_ID, record.key())
                .addKeyValue(LogKeys.TRACE_ID, Tracing.traceId(Tracing.read(record.headers())))
                .log("passed over a record: {}", why);
    }
}
