package io.sightline.indexer.deadletters;

import io.sightline.schemas.KafkaConnection;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The newest committed event of each image that has a dead one, found by reading the partitions concerned from the
 * first dead event on. Which of two is newer is decided as the lanes decide it: by the order in their partition.
 * Keeps an offset per image, no content. Not thread-safe.
 */
final class NewestEvents implements AutoCloseable {

    private final PartitionReader reader;
    private final Set<Image> wanted;
    private final Map<Image, Newest> newest = new HashMap<>();

    private NewestEvents(PartitionReader reader, Set<Image> wanted) {
        this.reader = reader;
        this.wanted = wanted;
    }

    private record Image(TopicPartition partition, String key) {}

    private record Newest(long offset, boolean isDeletion, Optional<Coordinates> redrivenFrom) {}

    /** Reads all that there is now. */
    static NewestEvents read(KafkaConnection connection, Collection<DeadLetterView> dead) {
        PartitionReader reader = PartitionReader.ofRuns(connection, PartitionReader.Patience.LONG);
        try {
            Set<Image> wanted = new HashSet<>();
            Map<TopicPartition, Long> starts = new HashMap<>();
            dead.forEach(view -> image(view).ifPresent(image -> {
                wanted.add(image);
                starts.merge(image.partition(), view.origin().offset(), Math::min);
            }));
            starts.keySet()
                    .removeIf(partition -> !reader.partitions(partition.topic()).contains(partition));
            NewestEvents events = new NewestEvents(reader, wanted);
            reader.seek(starts);
            reader.readTo(reader.ends(starts.keySet()), events::note);
            return events;
        } catch (RuntimeException | Error e) {
            reader.close();
            throw e;
        }
    }

    /** Reads on, up to an offset of one of the partitions. */
    void readTo(TopicPartition partition, long offset) {
        reader.readTo(Map.of(partition, offset), this::note);
    }

    /**
     * What has become of the image of a dead event, as far as this has read.
     *
     * @throws IllegalArgumentException if the image was not asked for
     */
    Deadness deadness(DeadLetterView view) {
        return image(view).map(image -> deadness(view, image)).orElseGet(Deadness.Keyless::new);
    }

    @Override
    public void close() {
        reader.close();
    }

    private Deadness deadness(DeadLetterView view, Image image) {
        if (!wanted.contains(image)) {
            throw new IllegalArgumentException("nothing was read for " + view.origin());
        }
        return deadness(view.origin(), newest.get(image));
    }

    private static Deadness deadness(Coordinates dead, @Nullable Newest newest) {
        // What is older than the dead event says nothing: then the topic is another one than it was.
        if (newest == null || newest.offset() < dead.offset()) {
            return new Deadness.Gone();
        }
        Coordinates at = new Coordinates(dead.topic(), dead.partition(), newest.offset());
        if (newest.isDeletion()) {
            return new Deadness.Deleted(at);
        }
        if (newest.offset() == dead.offset()) {
            return new Deadness.Newest();
        }
        return newest.redrivenFrom().equals(Optional.of(dead)) ? new Deadness.Redriven(at) : new Deadness.Replaced(at);
    }

    private static Optional<Image> image(DeadLetterView view) {
        return Optional.ofNullable(view.key())
                .map(key -> new Image(view.origin().topicPartition(), key));
    }

    private void note(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            return;
        }
        Image image =
                new Image(new TopicPartition(record.topic(), record.partition()), PartitionReader.text(record.key()));
        if (wanted.contains(image)) {
            newest.put(image, new Newest(record.offset(), record.value() == null, redrivenFrom(record)));
        }
    }

    private static Optional<Coordinates> redrivenFrom(ConsumerRecord<?, ?> record) {
        @Nullable Header header = record.headers().lastHeader(Redrive.REDRIVEN_FROM);
        return header == null || header.value() == null
                ? Optional.empty()
                : Coordinates.parse(PartitionReader.text(header.value()));
    }
}
