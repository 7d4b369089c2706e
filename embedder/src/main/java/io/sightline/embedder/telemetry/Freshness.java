package io.sightline.embedder.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.sightline.http.HealthCheck;
import io.sightline.schemas.Topics;
import java.time.Duration;
import java.util.function.Supplier;

/** Checks that every service makes of the topics that it follows. */
public final class Freshness {

    /** Far more than it takes to elect another leader. */
    public static final Duration MOST_STALE = Duration.ofSeconds(15);

    private Freshness() {}

    /**
     * Whether the state of the model versions is that of the topic.
     *
     * @param staleFor for how long it may have been an old one
     */
    public static HealthCheck catalog(Duration staleFor) {
        return HealthCheck.of(
                isFresh(staleFor),
                "catalog",
                Topics.MODELS + " was read to its end " + staleFor.toMillis() + " ms ago",
                "catalog-stale",
                Topics.MODELS + " could not be read for " + staleFor.toSeconds()
                        + " s: this process acts on the versions that there were then. Check the brokers and the schema"
                        + " registry, and this process's way to them");
    }

    /**
     * Whether the brokers answer.
     *
     * @param staleFor how long ago they did last
     */
    public static HealthCheck brokers(Duration staleFor) {
        return HealthCheck.of(
                isFresh(staleFor),
                "brokers",
                "the brokers answered " + staleFor.toMillis() + " ms ago",
                "brokers-unreachable",
                "the brokers have not answered for " + staleFor.toSeconds()
                        + " s: nothing can be written. Check the brokers, and this process's way to them");
    }

    /** Whether the thread that follows a topic is there: without it nothing new is ever seen. */
    public static HealthCheck following(String name, boolean isFollowed) {
        return HealthCheck.of(
                isFollowed,
                name,
                "the topic is followed",
                name + "-not-followed",
                "the thread that follows the topic of " + name + " has ended; restart this process, and see its log for"
                        + " why");
    }

    /** Shows for how long the state of the model versions may have been an old one. */
    public static void meter(MeterRegistry meters, String service, Supplier<Duration> staleFor) {
        Gauge.builder("sightline.catalog.staleness", () -> staleFor.get().toMillis() / 1e3)
                .description("For how long the state of the model versions may have been an old one")
                .baseUnit("seconds")
                .tag("service", service)
                .register(meters);
    }

    private static boolean isFresh(Duration staleFor) {
        return staleFor.compareTo(MOST_STALE) <= 0;
    }
}
