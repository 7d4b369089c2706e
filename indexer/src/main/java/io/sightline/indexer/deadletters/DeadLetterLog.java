package io.sightline.indexer.deadletters;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.UndecodableRecordException;
import io.sightline.schemas.avro.DeadLetter;
import io.sightline.schemas.avro.ImageEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the topic of dead letters. Every version that gave an event up has written one of its own; here they are one
 * entry. Each call reads anew; what is kept is some hundred bytes an event. Thread-safe.
 *
 * <p>On failure: a record that is no dead letter is logged and passed over.
 */
public final class DeadLetterLog {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterLog.class);

    private final KafkaConnection connection;
    private final PartitionReader.Patience patience;
    private final Deserializer<DeadLetter> letters;
    private final Deserializer<ImageEvent> images;

    /** Reads from the given brokers; nothing is sent before the first call. */
    public DeadLetterLog(KafkaConnection connection) {
        this(connection, PartitionReader.Patience.LONG);
    }

    DeadLetterLog(KafkaConnection connection, PartitionReader.Patience patience) {
        this.patience = patience;
        RecordSerdes serdes = new RecordSerdes(connection);
        this.connection = connection;
        this.letters = serdes.deserializer(DeadLetter.class);
        this.images = serdes.deserializer(ImageEvent.class);
    }

    /**
     * The dead events that are selected, the one that was given up last first.
     *
     * @throws IllegalStateException if there is no topic of dead letters, or the brokers do not answer
     */
    public List<DeadLetterView> list(Predicate<DeadLetterView> selection) {
        Map<Coordinates, DeadLetterView> views = new HashMap<>();
        try (PartitionReader reader = PartitionReader.ofRuns(connection, patience)) {
            List<TopicPartition> partitions = reader.partitions(Topics.DEAD_LETTERS);
            if (partitions.isEmpty()) {
                throw new IllegalStateException("there is no topic " + Topics.DEAD_LETTERS + " on "
                        + connection.bootstrapServers() + ": are these the brokers of a Sightline?");
            }
            reader.seek(partitions.stream().collect(Collectors.toMap(partition -> partition, partition -> 0L)));
            reader.readTo(
                    reader.ends(partitions),
                    record -> view(record).ifPresent(view -> views.merge(view.origin(), view, DeadLetterView::with)));
        }
        return views.values().stream()
                .filter(selection)
                .sorted(DeadLetterView.NEWEST_FIRST)
                .toList();
    }

    /** What has become of the images of dead events. Reads their partitions from the first of them on. */
    public Map<DeadLetterView, Deadness> deadness(Collection<DeadLetterView> views) {
        try (NewestEvents newest = NewestEvents.read(connection, views)) {
            return views.stream().collect(Collectors.toMap(view -> view, newest::deadness));
        }
    }

    /** Everything about one dead event. Reads the partition of its image from the event on. */
    public DeadLetterDetails details(DeadLetterView view) {
        DeadLetterContents contents = contents(view);
        try (NewestEvents newest = NewestEvents.read(connection, List.of(view))) {
            return new DeadLetterDetails(view, contents.stacks(), contents.original(), newest.deadness(view));
        }
    }

    /** What the dead letters of an event hold: a few single reads, however much the image topic holds. */
    DeadLetterContents contents(DeadLetterView view) {
        List<String> stacks = new ArrayList<>();
        byte @Nullable [] value = null;
        try (PartitionReader reader = PartitionReader.ofSingles(connection, patience)) {
            for (DeadLetterView.Verdict verdict : view.verdicts()) {
                Optional<DeadLetter> letter = reader.read(verdict.letter()).flatMap(this::decode);
                stacks.add(letter.map(DeadLetter::getStack).orElse(""));
                if (value == null) {
                    value = letter.map(DeadLetter::getValue)
                            .map(OriginalEvent::bytes)
                            .orElse(null);
                }
            }
            if (value == null) {
                // Too large for a dead letter.
                value = reader.read(view.origin())
                        .filter(record -> isOf(record, view))
                        .map(ConsumerRecord::value)
                        .orElse(null);
            }
        }
        Optional<OriginalEvent> original = Optional.ofNullable(value)
                .map(bytes -> OriginalEvent.decode(view.origin().topic(), bytes, images));
        return new DeadLetterContents(stacks, original);
    }

    private static boolean isOf(ConsumerRecord<byte[], byte[]> record, DeadLetterView view) {
        return record.key() != null && PartitionReader.text(record.key()).equals(view.key());
    }

    /** A record of the topic; empty if it is no dead letter. */
    Optional<DeadLetterView> view(ConsumerRecord<byte[], byte[]> record) {
        return decode(record).map(letter -> {
            @Nullable String version = letter.getModelVersion();
            DeadLetterView.Verdict verdict = new DeadLetterView.Verdict(
                    version == null ? "" : version,
                    letter.getReason(),
                    letter.getDetail(),
                    letter.getEventTime(),
                    Coordinates.of(record));
            Coordinates origin = new Coordinates(letter.getTopic(), letter.getPartition(), letter.getOffset());
            return new DeadLetterView(origin, letter.getKey(), List.of(verdict));
        });
    }

    private Optional<DeadLetter> decode(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Optional.ofNullable(letters.deserialize(record.topic(), record.value()));
        } catch (UndecodableRecordException e) {
            LOG.warn("passed over {}: {}", Coordinates.of(record), e.getMessage());
            return Optional.empty();
        }
    }
}
