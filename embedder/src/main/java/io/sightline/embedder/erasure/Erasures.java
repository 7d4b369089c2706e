package io.sightline.embedder.erasure;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicFollower;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Erasure;
import io.sightline.schemas.avro.ErasureDone;
import io.sightline.schemas.avro.ErasureHolder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part that one process has in erasures: it follows {@code sightline.erasures}, says which places it has, lets them
 * erase, and says what is done. Thread-safe.
 *
 * <p>On failure: a place that cannot erase now is asked again some seconds later; an erasure is over only when
 * every place has said so.
 */
public final class Erasures implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Erasures.class);
    private static final Duration OPENING = Duration.ofSeconds(60);
    private static final Duration CLOSING = Duration.ofMinutes(1);
    private static final Duration RETRY_HOLDER = Duration.ofSeconds(5);
    private static final long LOOK_MILLIS = 500;

    /** Three times within what is taken for silence. */
    private static final Duration SAY_AGAIN = ErasureLedger.LONGEST_SILENCE.dividedBy(3);

    private final ErasureLedger ledger = new ErasureLedger();
    private final ErasureTopic topic;
    private final Clock clock;
    private final TopicFollower<SpecificRecord> follower;
    /** All that was announced before was known before anything was held here. */
    private volatile long openedAt;

    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("erasures").factory());
    private final Map<ErasureLedger.Place, Holder> present = new HashMap<>();
    private final Map<ErasureLedger.Place, Instant> said = new HashMap<>();
    private final Map<ErasureLedger.Place, Instant> notBefore = new HashMap<>();

    private Erasures(KafkaConnection connection, RecordSerdes serdes, Clock clock) {
        this.topic = new ErasureTopic(connection, serdes);
        this.clock = clock;
        this.follower = new TopicFollower<>(
                connection, Topics.ERASURES, serdes.deserializer(SpecificRecord.class), this::apply);
    }

    /**
     * Starts to follow and waits until all that is in the topic now has been read.
     *
     * @throws IllegalStateException if that takes longer than a minute
     */
    public static Erasures open(KafkaConnection connection, RecordSerdes serdes, Clock clock) {
        Erasures erasures = new Erasures(connection, serdes, clock);
        try {
            erasures.openedAt = erasures.follower.open(OPENING);
            return erasures;
        } catch (IllegalStateException e) {
            erasures.worker.shutdown();
            erasures.topic.close();
            throw e;
        }
    }

    /** What is known now. */
    public ErasureLedger ledger() {
        return ledger;
    }

    /**
     * Announces an erasure, and returns when that is written. To announce it again changes nothing.
     *
     * @throws IllegalStateException if the brokers did not take it
     */
    public void announce(Erasure erasure) {
        topic.announce(erasure);
    }

    /**
     * Says that a holder is gone for good, with the disk that it had; returns when that is written. Nobody else would say it,
     * and erasures would wait for it.
     *
     * @return the places that it had
     * @throws IllegalArgumentException if no such holder is known, or if it was seen so lately that it runs
     * @throws IllegalStateException if the brokers did not take it
     */
    public Set<String> withdraw(String holder) {
        Map<String, Instant> seen = ledger.seen();
        Instant last = seen.get(holder);
        if (last == null) {
            throw new IllegalArgumentException("no holder '" + holder + "' is known; there are "
                    + (seen.isEmpty() ? "none" : String.join(", ", seen.keySet())));
        }
        if (last.plus(ErasureLedger.LONGEST_SILENCE).isAfter(clock.instant())) {
            throw new IllegalArgumentException("holder '" + holder + "' was seen at " + last
                    + ": it runs, and erases by itself. Stop it first if it is to go, and wait "
                    + ErasureLedger.LONGEST_SILENCE.toSeconds() + " s");
        }
        Set<String> places = new TreeSet<>(ledger.placesOf(holder));
        places.forEach(place -> topic.withdraw(place, holder));
        return places;
    }

    /**
     * Starts to erase. To be called once.
     *
     * @param holders the places of this process now, asked again and again; all of a {@linkplain Holder#isLasting()
     *     lasting} holder's that are not among them any more are withdrawn
     */
    public void start(Supplier<List<? extends Holder>> holders) {
        worker.scheduleWithFixedDelay(() -> look(holders), 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look(Supplier<List<? extends Holder>> holders) {
        try {
            List<Holder> now = List.copyOf(holders.get());
            sayWhatIsThere(now);
            for (Holder holder : now) {
                erase(holder);
            }
        } catch (RuntimeException | Error e) {
            LOG.warn("erasures wait, will retry in {} ms: {}", LOOK_MILLIS, e.toString());
        }
    }

    private void sayWhatIsThere(List<Holder> holders) {
        Set<ErasureLedger.Place> places = new HashSet<>();
        Instant now = clock.instant();
        for (Holder holder : holders) {
            ErasureLedger.Place place = new ErasureLedger.Place(holder.place(), holder.id());
            places.add(place);
            present.put(place, holder);
            if (!said.getOrDefault(place, Instant.MIN).plus(SAY_AGAIN).isAfter(now)) {
                topic.present(new ErasureHolder(
                        holder.place(), holder.id(), holder.isLasting(), holder.isLasting() ? 0 : openedAt, now));
                said.put(place, now);
            }
        }
        Set<ErasureLedger.Place> gone = new HashSet<>(present.keySet());
        // Of an earlier process of the same folder.
        holders.stream()
                .map(Holder::id)
                .distinct()
                .forEach(id -> ledger.placesOf(id).forEach(name -> gone.add(new ErasureLedger.Place(name, id))));
        gone.removeAll(places);
        gone.forEach(this::withdraw);
    }

    private void withdraw(ErasureLedger.Place place) {
        topic.withdraw(place.name(), place.holder());
        present.remove(place);
        said.remove(place);
        notBefore.remove(place);
    }

    private void erase(Holder holder) {
        ErasureLedger.Place place = new ErasureLedger.Place(holder.place(), holder.id());
        List<Erasure> pending = ledger.pending(place.name(), place.holder());
        if (pending.isEmpty() || clock.instant().isBefore(notBefore.getOrDefault(place, Instant.MIN))) {
            return;
        }
        try {
            holder.erase(pending).forEach((erasure, detail) -> {
                topic.done(new ErasureDone(
                        erasure.getId(),
                        holder.place(),
                        holder.id(),
                        erasure.getPartition(),
                        erasure.getOffset(),
                        clock.instant(),
                        detail));
                LOG.info("image {} is erased from {}: {}", erasure.getId(), holder.place(), detail);
            });
        } catch (RuntimeException e) {
            notBefore.put(place, clock.instant().plus(RETRY_HOLDER));
            LOG.warn(
                    "{} erasures wait for {}, will retry in {} s: {}",
                    pending.size(),
                    place.name(),
                    RETRY_HOLDER.toSeconds(),
                    e.toString());
        }
    }

    /** Whether the topic is followed. */
    public boolean isFollowed() {
        return follower.isAlive();
    }

    /** How long ago the brokers were last known to answer, and the topic to be read to its end. */
    public Duration staleFor() {
        return follower.staleFor();
    }

    /** Ends the threads; what was held in memory is gone with the process. */
    @Override
    public void close() {
        worker.shutdown();
        try {
            if (worker.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
                List.copyOf(present.entrySet()).stream()
                        .filter(place -> !place.getValue().isLasting())
                        .forEach(place -> withdraw(place.getKey()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException e) {
            LOG.info("holders could not be withdrawn and will be taken for gone later: {}", e.getMessage());
        }
        follower.close();
        topic.close();
    }

    private void apply(@Nullable String key, @Nullable SpecificRecord value, long offset) {
        if (key == null) {
            throw new IllegalArgumentException("it has no key");
        }
        ledger.apply(key, value, offset);
    }
}
