package io.sightline.deploy.check;

import io.sightline.embedder.erasure.ErasureLedger;
import io.sightline.embedder.erasure.ErasureReport;
import io.sightline.embedder.payload.PayloadStore;
import io.sightline.embedder.payload.PayloadUnavailableException;
import io.sightline.indexer.store.Erased;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.lucene.IndexScan;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Erasure;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.PayloadReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Looks for what is left of a deleted image, without any of the services: in the segments of every index, in the payload
 * store, and in the topics. What a process has in memory, or in a database that it has open, cannot be looked into from
 * outside: for those places their own word counts. Not thread-safe.
 */
public final class ErasureCheck {

    private final KafkaConnection connection;
    private final RecordSerdes serdes;
    private final Path indexes;
    private final PayloadStore payloads;
    private final Clock clock;

    /**
     * Prepares a check.
     *
     * @param indexes folder of the indexes, one sub-folder per version
     * @param payloads where ingest puts payloads
     */
    public ErasureCheck(KafkaConnection connection, Path indexes, PayloadStore payloads, Clock clock) {
        this.connection = connection;
        this.serdes = new RecordSerdes(connection);
        this.indexes = indexes;
        this.payloads = payloads;
        this.clock = clock;
    }

    /**
     * What was found of one image. Immutable.
     *
     * @param id the image
     * @param left what should not be there any more
     * @param kept what Kafka keeps for a while: no service reads it any more
     */
    public record Findings(String id, List<String> left, List<String> kept) {

        /** Whether nothing is left that should not be. */
        public boolean isErased() {
            return left.isEmpty();
        }
    }

    /**
     * Checks one image.
     *
     * @throws IllegalStateException if no erasure of it is known, or the payload store cannot be read now
     */
    public Findings run(String id) {
        Map<String, Erasure> erasures = new HashMap<>();
        ErasureLedger ledger = ledger(erasures);
        ErasureReport report = ledger.report(id, clock.instant())
                .orElseThrow(() -> new IllegalStateException("no erasure of an image '" + id
                        + "' is known: it was not deleted, nobody knew it, or it is more than ninety days ago"));
        List<String> left = new ArrayList<>();
        report.places().stream()
                .filter(place -> place.state() == ErasureReport.State.PENDING)
                .forEach(place -> left.add(place.place() + " of " + place.holder() + " has not said that it is gone"));
        inIndexes(new Erased(id, new StoredImage.Origin(Topics.IMAGES, report.partition(), report.offset())), left);
        Erasure erasure = erasures.get(id);
        if (erasure != null) {
            inPayloads(erasure, left);
        }
        List<String> kept = new ArrayList<>();
        inTopics(report, kept);
        return new Findings(id, List.copyOf(left), List.copyOf(kept));
    }

    private ErasureLedger ledger(Map<String, Erasure> erasures) {
        ErasureLedger ledger = new ErasureLedger();
        Deserializer<SpecificRecord> records = serdes.deserializer(SpecificRecord.class);
        TopicScan.forEach(connection, Topics.ERASURES, record -> {
            SpecificRecord value = records.deserialize(record.topic(), record.value());
            ledger.apply(record.key(), value, record.offset());
            if (value instanceof Erasure erasure) {
                erasures.put(erasure.getId(), erasure);
            }
        });
        return ledger;
    }

    private void inIndexes(Erased erased, List<String> left) {
        try (Stream<Path> folders = Files.list(indexes)) {
            folders.filter(Files::isDirectory)
                    .filter(folder -> !IndexScan.held(folder, List.of(erased)).isEmpty())
                    .forEach(folder -> left.add("the index in " + folder + " has it on disk"));
        } catch (IOException e) {
            throw new UncheckedIOException("the indexes in " + indexes + " cannot be listed", e);
        }
    }

    private void inPayloads(Erasure erasure, List<String> left) {
        Set<String> there = new HashSet<>();
        for (String content : erasure.getContentSha256s()) {
            try {
                payloads.lastPut(content).ifPresent(put -> there.add(content));
            } catch (PayloadUnavailableException e) {
                throw new IllegalStateException(e.getMessage(), e);
            }
        }
        if (!there.isEmpty()) {
            there.removeAll(contentsOfOthers());
        }
        there.forEach(content -> left.add("the payload store has its content " + content));
    }

    /** Contents that live images refer to. */
    private Set<String> contentsOfOthers() {
        Deserializer<ImageEvent> events = serdes.deserializer(ImageEvent.class);
        Map<String, String> live = new HashMap<>();
        TopicScan.forEach(connection, Topics.IMAGES, record -> {
            live.remove(record.key());
            if (record.value() != null
                    && events.deserialize(record.topic(), record.value()).getPayload()
                            instanceof PayloadReference reference) {
                live.put(record.key(), reference.getSha256());
            }
        });
        return new HashSet<>(live.values());
    }

    private void inTopics(ErasureReport report, List<String> kept) {
        long events = count(Topics.IMAGES, record -> isOf(report, record) && record.offset() < report.offset());
        if (events > 0) {
            kept.add(events + " events of it in " + Topics.IMAGES + " until the brokers compact them");
        }
        long letters = count(Topics.DEAD_LETTERS, record -> report.id().equals(record.key()));
        if (letters > 0) {
            kept.add(letters + " dead letters of it in " + Topics.DEAD_LETTERS
                    + ", with its bytes, until 14 days after they were written");
        }
        for (String topic : embeddingsTopics()) {
            long vectors = count(topic, record -> isOf(report, record));
            if (vectors > 0) {
                kept.add(vectors + " embeddings of its id in " + topic + " until the brokers compact them");
            }
        }
    }

    private long count(String topic, Predicate<ConsumerRecord<String, byte[]>> wanted) {
        long[] found = {0};
        TopicScan.forEach(connection, topic, record -> {
            if (wanted.test(record)) {
                found[0]++;
            }
        });
        return found[0];
    }

    /** Of the versions that have an index. */
    private List<String> embeddingsTopics() {
        try (Admin admin = Admin.create(connection.admin());
                Stream<Path> folders = Files.list(indexes)) {
            TopicAdmin topics = new TopicAdmin(admin);
            return folders.filter(Files::isDirectory)
                    .map(folder -> Topics.embeddings(folder.getFileName().toString()))
                    .filter(topic -> topics.partitions(topic).isPresent())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the indexes in " + indexes + " cannot be listed", e);
        }
    }

    private static boolean isOf(ErasureReport report, ConsumerRecord<String, byte[]> record) {
        return report.id().equals(record.key()) && record.partition() == report.partition() && record.value() != null;
    }
}
