package io.sightline.indexer.search;

import io.sightline.embedder.telemetry.Freshness;
import io.sightline.http.HealthCheck;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether this process answers searches as it should: it knows which version has to, that version's index is open here,
 * one is served, and its network is not being loaded for the first time. One that cannot be loaded is no reason to send
 * searches elsewhere: ids and vectors are searched without it, and others would read the same folder. While a version is served, not knowing what is new of the versions is no reason to send searches elsewhere:
 * the brokers are away for all indexers then, and the index and the network here do without them. The check says so, and
 * {@code sightline.catalog.staleness} warns. Thread-safe.
 */
final class IndexerHealth {

    private final State state;

    IndexerHealth(State state) {
        this.state = state;
    }

    /** What is looked at. */
    interface State {

        /** For how long the state of the versions may have been an old one. */
        Duration staleFor();

        /** Whether the versions are followed at all. */
        boolean isFollowed();

        /** The version that has to answer. */
        Optional<String> active();

        /** Whether the index of a version may answer. */
        boolean isReady(String version);

        /** How much of what it needs for that the index of a version holds, 0 to 1. */
        double progress(String version);

        /** The version that answers. */
        Optional<String> serving();

        /** Whether searches by an image wait for that version's network. */
        boolean isBeginning();
    }

    List<HealthCheck> liveness() {
        return List.of(Freshness.following("catalog", state.isFollowed()));
    }

    List<HealthCheck> readiness() {
        HealthCheck catalog = catalog();
        Optional<String> active = state.active();
        if (active.isEmpty()) {
            return List.of(
                    catalog,
                    HealthCheck.passed("index", "no version is active yet"),
                    HealthCheck.passed("serving", "no version is active yet"));
        }
        String version = active.get();
        return List.of(catalog, index(version), serving(version));
    }

    private HealthCheck catalog() {
        HealthCheck check = Freshness.catalog(state.staleFor());
        return check.passed() || state.serving().isEmpty()
                ? check
                : HealthCheck.passed(check.name(), "warning, searches go on: " + check.detail());
    }

    private HealthCheck index(String version) {
        return HealthCheck.of(
                state.isReady(version),
                "index",
                "the index of " + version + " is open",
                "index-rebuilding",
                String.format(
                        Locale.ROOT,
                        "the index of the active version %s is being opened and read from its embeddings, %.0f %%; wait, and"
                                + " if it does not go on see GET /v1/status and this process's log",
                        version,
                        100 * state.progress(version)));
    }

    private HealthCheck serving(String version) {
        Optional<String> serving = state.serving();
        if (serving.isPresent() && state.isBeginning()) {
            return HealthCheck.failed(
                    "serving",
                    "network-loading",
                    "the network of " + serving.get()
                            + " is being loaded: ids and vectors can be searched, images wait; wait some seconds");
        }
        return HealthCheck.of(
                serving.isPresent(),
                "serving",
                "searches are answered by " + serving.orElse(""),
                "nothing-served",
                "no version answers searches, though " + version
                        + " is active; its network may not load: see this process's log");
    }
}
