package io.sightline.indexer.deadletters;

import io.sightline.http.ApiException;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The dead letters that were written last, for those who look often: each look reads on from the one before. At most
 * {@value #MOST_EVENTS} events are kept, some hundred bytes each. One look at a time. Thread-safe.
 *
 * <p>On failure: the looks of the next seconds fail at once, so that nobody queues for brokers that are away; the one after
 * them begins anew.
 */
final class RecentDeadLetters implements AutoCloseable {

    /** Of each partition; of what is older the log knows. */
    static final int MOST_READ = 2_000;

    static final int MOST_EVENTS = 2_000;

    private static final Duration FAILURE_KEPT = Duration.ofSeconds(5);
    private static final long PATIENCE_SECONDS = 5;

    private final KafkaConnection connection;
    private final DeadLetterLog log;
    private final Map<Coordinates, DeadLetterView> views = new HashMap<>();
    private final ReentrantLock looking = new ReentrantLock();
    private volatile @Nullable Failure failure;
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

    private record Failure(long nanos, String message) {}

    /**
     * Reads what is new.
     *
     * @throws IllegalStateException if the brokers do not answer
     * @throws ApiException 503 {@code kafka-unavailable} if another look takes long
     */
    Recent look() {
        requireNoFailure();
        if (!triedToLock()) {
            throw new ApiException(
                    503,
                    "kafka-unavailable",
                    "the brokers have not answered another look at the dead letters for " + PATIENCE_SECONDS
                            + " s; try again");
        }
        try {
            requireNoFailure();
            return read();
        } finally {
            looking.unlock();
        }
    }

    private boolean triedToLock() {
        try {
            return looking.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for another look at the dead letters", e);
        }
    }

    private void requireNoFailure() {
        Failure last = failure;
        if (last != null && System.nanoTime() - last.nanos < FAILURE_KEPT.toNanos()) {
            throw new IllegalStateException(last.message);
        }
    }

    private Recent read() {
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
            String message = "the dead letters cannot be read now: " + e.getMessage();
            forget();
            failure = new Failure(System.nanoTime(), message);
            throw new IllegalStateException(message, e);
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
        PartitionReader open = PartitionReader.ofRuns(connection, PartitionReader.Patience.SHORT);
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
    public void close() {
        looking.lock();
        try {
            forget();
        } finally {
            looking.unlock();
        }
    }

    private void forget() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }
}
