package io.sightline.embedder.erasure;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.RegistryUnavailableException;
import io.sightline.schemas.Topics;
import io.sightline.schemas.UndecodableRecordException;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
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
    private static final TopicPartition PARTITION = new TopicPartition(Topics.ERASURES, 0);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration OPENING = Duration.ofSeconds(60);
    private static final Duration CLOSING = Duration.ofMinutes(1);
    private static final Duration RETRY_HOLDER = Duration.ofSeconds(5);
    private static final long LOOK_MILLIS = 500;

    /** Three times within what is taken for silence. */
    private static final Duration SAY_AGAIN = ErasureLedger.LONGEST_SILENCE.dividedBy(3);

    private final ErasureLedger ledger = new ErasureLedger();
    private final ErasureTopic topic;
    private final Clock clock;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Deserializer<SpecificRecord> records;
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread follower;
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
        this.consumer = new KafkaConsumer<>(
                connection.assignedConsumer("sightline-erasures"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        this.records = serdes.deserializer(SpecificRecord.class);
        this.follower = Thread.ofPlatform().name("erasure-ledger").unstarted(this::follow);
    }

    /**
     * Starts to follow and waits until all that is in the topic now has been read.
     *
     * @throws IllegalStateException if that takes longer than a minute
     */
    public static Erasures open(KafkaConnection connection, RecordSerdes serdes, Clock clock) {
        Erasures erasures = new Erasures(connection, serdes, clock);
        erasures.follower.start();
        try {
            if (erasures.caughtUp.await(OPENING.toMillis(), TimeUnit.MILLISECONDS)) {
                return erasures;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        erasures.close();
        throw new IllegalStateException(Topics.ERASURES + " could not be read within " + OPENING.toSeconds()
                + " s; check the brokers at " + connection.bootstrapServers());
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

    /** Ends the threads; what was held in memory is gone with the process. */
    @Override
    public void close() {
        worker.shutdown();
        closing.countDown();
        consumer.wakeup();
        try {
            if (worker.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
                List.copyOf(present.entrySet()).stream()
                        .filter(place -> !place.getValue().isLasting())
                        .forEach(place -> withdraw(place.getKey()));
            }
            follower.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException e) {
            LOG.info("holders could not be withdrawn and will be taken for gone later: {}", e.getMessage());
        }
        topic.close();
    }

    private void follow() {
        try (consumer) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            long end = consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
            while (closing.getCount() > 0) {
                consumer.poll(POLL).forEach(this::apply);
                if (caughtUp.getCount() > 0 && consumer.position(PARTITION) >= end) {
                    openedAt = end;
                    caughtUp.countDown();
                }
            }
        } catch (WakeupException e) {
            LOG.debug("ledger of erasures closed");
        }
    }

    private void apply(ConsumerRecord<String, byte[]> record) {
        while (true) {
            try {
                ledger.apply(record.key(), records.deserialize(record.topic(), record.value()), record.offset());
                return;
            } catch (UndecodableRecordException | IllegalArgumentException e) {
                LOG.error(
                        "passed over {}-{}@{}: {}",
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        e.getMessage());
                return;
            } catch (RegistryUnavailableException e) {
                LOG.warn("the ledger of erasures waits, will retry in {} s: {}", RETRY.toSeconds(), e.getMessage());
                pause();
            }
        }
    }

    private void pause() {
        try {
            if (closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new WakeupException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WakeupException();
        }
    }
}
