package io.sightline.indexer.deadletters;

import io.sightline.http.ApiException;
import io.sightline.schemas.KafkaConnection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Redrives that somebody asks for, one at a time in this process. Thread-safe. */
final class RedriveRequests {

    private static final Logger LOG = LoggerFactory.getLogger(RedriveRequests.class);
    /** Each takes some milliseconds, and the request waits. */
    private static final int MOST_AT_ONCE = 500;

    private final KafkaConnection connection;
    private final RecentDeadLetters recent;
    private final int mostAtOnce;
    private final ReentrantLock running = new ReentrantLock();

    RedriveRequests(KafkaConnection connection, RecentDeadLetters recent) {
        this(connection, recent, MOST_AT_ONCE);
    }

    RedriveRequests(KafkaConnection connection, RecentDeadLetters recent, int mostAtOnce) {
        this.mostAtOnce = mostAtOnce;
        this.connection = connection;
        this.recent = recent;
    }

    /**
     * Body of the request: either of them.
     *
     * @param ids dead letters, each partition-offset
     * @param reason all that have this reason
     */
    record Request(@Nullable List<String> ids, @Nullable String reason) {}

    /**
     * Sends them again, so many of them at once; those that something newer has taken the place of are skipped, and so are
     * those that were sent before. So whoever asks again and again for all of a reason gets through them.
     *
     * @throws ApiException 400 {@code bad-selection}, 404 {@code unknown-dead-letter}, 409 {@code redrive-running}, 503 {@code
     *     kafka-unavailable}
     */
    DeadLetterAnswers.Redriven redrive(Request request) {
        if ((request.ids() == null) == (request.reason() == null)) {
            throw new ApiException(400, "bad-selection", "say which: either ids, or a reason");
        }
        if (!running.tryLock()) {
            throw new ApiException(409, "redrive-running", "another redrive runs; try again when it has ended");
        }
        try {
            List<DeadLetterView> selected = select(request);
            return answer(selected.size(), selected.isEmpty() ? List.of() : send(selected));
        } catch (IllegalStateException | KafkaException e) {
            throw DeadLettersApi.unavailable(e);
        } finally {
            running.unlock();
        }
    }

    private List<DeadLetterView> select(Request request) {
        List<DeadLetterView> known = recent.look().events();
        if (request.ids() == null) {
            DeadLetterSelection ofReason =
                    new DeadLetterSelection(DeadLettersApi.reason(String.valueOf(request.reason())), null, Set.of());
            return known.stream().filter(ofReason).toList();
        }
        Set<String> missing = new HashSet<>(request.ids());
        List<DeadLetterView> selected = known.stream()
                .filter(view -> missing.remove(DeadLetterAnswers.id(view)))
                .toList();
        if (!missing.isEmpty()) {
            throw new ApiException(
                    404, "unknown-dead-letter", "there is no dead letter " + missing + "; nothing was sent");
        }
        return selected;
    }

    /** Oldest first, as they came. What it says nothing of is left. */
    private List<Redrive.Result> send(List<DeadLetterView> views) {
        List<Redrive.Result> results = new ArrayList<>();
        try (Redrive redrive = Redrive.open(connection, views)) {
            int tried = 0;
            for (DeadLetterView view : views.reversed()) {
                Deadness deadness = redrive.deadness(view);
                if (!(deadness instanceof Deadness.Newest)) {
                    results.add(Redrive.unsent(view, deadness));
                } else if (tried < mostAtOnce) {
                    tried++;
                    results.add(redrive.send(view));
                }
            }
        }
        return results;
    }

    private static DeadLetterAnswers.Redriven answer(int selected, List<Redrive.Result> results) {
        Map<Redrive.Outcome, Long> counts =
                results.stream().collect(Collectors.groupingBy(Redrive.Result::outcome, Collectors.counting()));
        LOG.info("redrove {} of {} dead events: {}", results.size(), selected, counts);
        return new DeadLetterAnswers.Redriven(
                selected,
                count(counts, Redrive.Outcome.SENT),
                count(counts, Redrive.Outcome.SKIPPED),
                count(counts, Redrive.Outcome.FAILED),
                selected - results.size(),
                results.stream()
                        .map(result -> new DeadLetterAnswers.One(
                                DeadLetterAnswers.id(result.view()),
                                result.view().key(),
                                result.outcome(),
                                result.explanation()))
                        .toList());
    }

    private static int count(Map<Redrive.Outcome, Long> counts, Redrive.Outcome outcome) {
        return counts.getOrDefault(outcome, 0L).intValue();
    }
}
