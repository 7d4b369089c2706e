package io.sightline.trainer.rounds;

import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import io.sightline.trainer.replay.ReplayBuffer;
import io.sightline.trainer.replay.ReplayStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a trainer waits for between its steps. Every wait says what it is for, and ends at once when the trainer is
 * stopped, or its thread interrupted: whoever waited asks {@link #stopped()} before going on. Only {@link #stop} and
 * {@link #stopped} may be called by other threads than the trainer's.
 */
final class TrainerWaits {

    private static final Logger LOG = LoggerFactory.getLogger(TrainerWaits.class);
    private static final Duration LOOK = Duration.ofMillis(100);

    private final RoundSettings rounds;
    private final ModelCatalog catalog;
    private final ReplayBuffer buffer;
    private final ReplayStream stream;
    private final Clock clock;
    private final BiConsumer<String, String> report;
    private final CountDownLatch stop = new CountDownLatch(1);

    /**
     * Uses what it is given, and closes nothing.
     *
     * @param report takes the phase, and why it waits
     */
    TrainerWaits(
            RoundSettings rounds,
            ModelCatalog catalog,
            ReplayBuffer buffer,
            ReplayStream stream,
            Clock clock,
            BiConsumer<String, String> report) {
        this.rounds = rounds;
        this.catalog = catalog;
        this.buffer = buffer;
        this.stream = stream;
        this.clock = clock;
        this.report = report;
    }

    /** Ends the present wait, and all to come. */
    void stop() {
        stop.countDown();
    }

    boolean stopped() {
        return stop.getCount() == 0;
    }

    /** For enough labelled classes, and then for the stream to settle. */
    void forLabels() {
        until(() -> {
            Readiness readiness = Readiness.of(buffer.snapshot(rounds.holdout()), rounds.minClasses());
            report.accept("waiting for labels", readiness.reason());
            return stream.isReady() && readiness.ready();
        });
        Instant latest = clock.instant().plus(rounds.longestSettle());
        long[] seen = {buffer.changes()};
        Instant[] quietSince = {clock.instant()};
        report.accept("waiting for the stream to settle", "");
        until(() -> {
            Instant now = clock.instant();
            if (buffer.changes() != seen[0]) {
                seen[0] = buffer.changes();
                quietSince[0] = now;
            }
            return now.isAfter(quietSince[0].plus(rounds.settle())) || now.isAfter(latest);
        });
    }

    /**
     * For what a checkpoint had seen, topic-partition to next offset, but not for ever: after a crash the replay store
     * reads again what it had not committed.
     */
    void forReplay(Map<String, Long> wanted) {
        if (wanted.isEmpty()) {
            return;
        }
        Instant latest = clock.instant().plus(rounds.longestSettle());
        report.accept("waiting for the replay store", "it reads again what the checkpoint had seen");
        until(() -> {
            Map<String, Long> offsets = stream.offsets(buffer.snapshot(rounds.holdout()));
            boolean there = wanted.entrySet().stream()
                    .allMatch(entry -> offsets.getOrDefault(entry.getKey(), 0L) >= entry.getValue());
            if (!there && clock.instant().isAfter(latest)) {
                LOG.warn("the replay store is at {}, the checkpoint had seen {}; training goes on", offsets, wanted);
                return true;
            }
            return there;
        });
    }

    /** For the whole of the replay store: it is a part only while its tables are restored or move. */
    void forStream() {
        until(stream::isReady);
    }

    /** For a change of the replay store since it had changed so often. */
    void forChange(long changes, String why) {
        report.accept("waiting for new labels", why);
        until(() -> buffer.changes() != changes);
    }

    /** While a version waits for its turn, or back-fills. */
    void forNothingPending() {
        if (isPending(catalog.current())) {
            report.accept("waiting for a version to go active", "");
            until(() -> !isPending(catalog.current()));
        }
    }

    /** For the least time between two publications to be over. */
    void forInterval() {
        Optional<Instant> last = catalog.current().all().stream()
                .filter(event -> wasCandidate(catalog.current(), event))
                .map(ModelEvent::getPublishedTime)
                .max(Instant::compareTo);
        last.ifPresent(published -> until(() -> !clock.instant().isBefore(published.plus(rounds.minInterval()))));
    }

    /** A version that rollout rejects later was published all the same: it was embedded, and stands for the interval. */
    private static boolean wasCandidate(ModelVersions versions, ModelEvent event) {
        return versions.history(event.getVersion()).getFirst().event().getStatus() == ModelStatus.CANDIDATE;
    }

    private static boolean isPending(ModelVersions versions) {
        return !versions.withStatus(ModelStatus.CANDIDATE).isEmpty()
                || !versions.withStatus(ModelStatus.STAGED).isEmpty();
    }

    private void until(BooleanSupplier condition) {
        try {
            while (!stopped() && !condition.getAsBoolean()) {
                if (stop.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop.countDown();
        }
    }
}
