package io.sightline.indexer.deadletters;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.Topics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The dead letters that were written last, for those who look often: each look reads on from the one before. At most
 * {@value #MOST_EVENTS} events are kept, some hundred bytes each. One look at a time. Thread-safe.
 *
 * <p>On failure: the next look begins anew.
 */
final class RecentDeadLetters implements AutoCloseable {

    /** Of each partition; of what is older the log knows. */
    static final int MOST_READ = 2_000;

    static final int MOST_EVENTS = 2_000;

    private final KafkaConnection connection;
    private final DeadLetterLog log;
    private final Map<Coordinates, DeadLetterView> views = new HashMap<>();
    private @Nullable PartitionReader reader;
    private boolean complete = true;
    private List<DeadLetterView> newestFirst = List.of();

    RecentDeadLetters(KafkaConnection connection, DeadLetterLog log) {
        this.connection = connection;
        this.log = log;
    }

    /**
     * What is known.
     *
     * @param events newest first
     * @param complete whether that is all there are
     */
    record Recent(List<DeadLetterView> events, boolean complete) {}

    /**
     * Reads what is new.
     *
     * @throws IllegalStateException if the brokers do not answer
     */
    synchronized Recent look() {
        try {
            PartitionReader open = reader == null ? open() : reader;
            reader = open;
            List<TopicPartition> partitions = open.partitions(Topics.DEAD_LETTERS);
            List<DeadLetterView> read = new ArrayList<>();
            open.readTo(open.ends(partitions), record -> note(record, read));
            if (!read.isEmpty()) {
                keep(read);
            }
            return new Recent(newestFirst, complete);
        } catch (RuntimeException e) {
            close();
            throw new IllegalStateException("the dead letters cannot be read now: " + e.getMessage(), e);
        }
    }

    /** The event that has this dead letter among those that are known. */
    Optional<DeadLetterView> find(int partition, long offset) {
        Coordinates letter = new Coordinates(Topics.DEAD_LETTERS, partition, offset);
        return look().events().stream()
                .filter(view -> view.verdicts().stream()
                        .anyMatch(verdict -> verdict.letter().equals(letter)))
                .findFirst();
    }

    private void note(ConsumerRecord<byte[], byte[]> record, List<DeadLetterView> read) {
        log.view(record).ifPresent(read::add);
    }

    private PartitionReader open() {
        views.clear();
        newestFirst = List.of();
        PartitionReader open = PartitionReader.ofRuns(connection);
        try {
            Map<TopicPartition, Long> starts = new HashMap<>();
            complete = true;
            open.ends(open.partitions(Topics.DEAD_LETTERS)).forEach((partition, end) -> {
                starts.put(partition, Math.max(0, end - MOST_READ));
                complete &= end <= MOST_READ;
            });
            open.seek(starts);
            return open;
        } catch (RuntimeException | Error e) {
            open.close();
            throw e;
        }
    }

    private void keep(List<DeadLetterView> read) {
        read.forEach(view -> views.merge(view.origin(), view, DeadLetterView::with));
        List<DeadLetterView> all = new ArrayList<>(views.values());
        all.sort(
                DeadLetterView.NEWEST_FIRST.thenComparing(view -> view.origin().toString(), Comparator.naturalOrder()));
        if (all.size() > MOST_EVENTS) {
            all.subList(MOST_EVENTS, all.size()).forEach(view -> views.remove(view.origin()));
            all = all.subList(0, MOST_EVENTS);
            complete = false;
        }
        newestFirst = List.copyOf(all);
    }

    @Override
    public synchronized void close() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }
}
