package io.sightline.indexer.search;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.sightline.http.ApiException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Times searches, {@code sightline.indexer.searches} by kind and outcome: answered, refused (the request's fault, 4xx), or
 * failed (ours, 5xx). Thread-safe.
 */
final class SearchMeters {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private final MeterRegistry registry;
    private final Map<Search, Timer> timers = new ConcurrentHashMap<>();

    /** Registers the meters. */
    SearchMeters(MeterRegistry registry) {
        this.registry = registry;
        for (Kind kind : Kind.values()) {
            for (Outcome outcome : Outcome.values()) {
                timer(new Search(kind, outcome));
            }
        }
    }

    /** What is searched by. */
    enum Kind {
        IMAGE,
        ID,
        VECTOR,
        BATCH;

        static Kind of(SearchRequest request) {
            if (request.image() != null) {
                return IMAGE;
            }
            return request.id() == null ? VECTOR : ID;
        }
    }

    private enum Outcome {
        ANSWERED,
        REFUSED,
        FAILED
    }

    private record Search(Kind kind, Outcome outcome) {}

    /** The answer of a search. */
    <T> T timed(Kind kind, Supplier<T> search) {
        long start = System.nanoTime();
        Outcome outcome = Outcome.FAILED;
        try {
            T answer = search.get();
            outcome = Outcome.ANSWERED;
            return answer;
        } catch (ApiException e) {
            outcome = e.status() < 500 ? Outcome.REFUSED : Outcome.FAILED;
            throw e;
        } finally {
            timer(new Search(kind, outcome)).record(Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private Timer timer(Search search) {
        return timers.computeIfAbsent(
                search,
                one -> Timer.builder("sightline.indexer.searches")
                        .description("Searches, by what is searched by and what became of them")
                        .serviceLevelObjectives(BUCKETS)
                        .tags("kind", lower(one.kind), "outcome", lower(one.outcome))
                        .register(registry));
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
