package io.sightline.indexer.search;

import io.sightline.embedder.artifact.LoadBackoff;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.artifact.SpaceMap;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.http.ApiException;
import io.sightline.indexer.store.StoreClosedException;
import io.sightline.indexer.store.StoreUnavailableException;
import io.sightline.indexer.store.VectorStore;
import io.sightline.schemas.LogKeys;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Points searches at the active version. The swap is one reference: a search that has begun is finished by the
 * version it began with, the next one begins with the new version, and none sees both.
 *
 * <p>A compatible version takes over in two steps: while it back-fills, it embeds the queries, which search the active
 * version's gallery through its map, and every such answer says so; when it is active, its own gallery answers.
 * Thread-safe.
 *
 * <p>On failure: a version that cannot be loaded does not replace the one that answers now; it is tried again. Without
 * the compatible version searches go on as they were, and it is tried again less and less often.
 */
final class ServingSwitch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServingSwitch.class);
    private static final Duration LOOK = Duration.ofMillis(50);

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);

    private final Supplier<ModelVersions> versions;
    private final Stores stores;
    private final ImageLimits limits;
    private final Consumer<String> activated;
    private final AtomicReference<@Nullable Serving> current = new AtomicReference<>();
    /** Of compatible versions whose network or map cannot be loaded. */
    private final LoadBackoff backoff;
    /** What the active version lacks before it can answer, or null. */
    private volatile @Nullable String lacking;

    private final ScheduledExecutorService follower;

    /**
     * Starts to follow the versions.
     *
     * @param versions as they are now
     * @param stores of the versions
     * @param limits of the images that are queries
     * @param activated is told the version that answers after every swap, though it may be the one from before; quickly
     */
    ServingSwitch(Supplier<ModelVersions> versions, Stores stores, ImageLimits limits, Consumer<String> activated) {
        this(versions, stores, limits, activated, FIRST_RETRY);
    }

    ServingSwitch(
            Supplier<ModelVersions> versions,
            Stores stores,
            ImageLimits limits,
            Consumer<String> activated,
            Duration firstRetry) {
        this.activated = activated;
        this.versions = versions;
        this.stores = stores;
        this.limits = limits;
        this.backoff = new LoadBackoff(firstRetry, System::nanoTime);
        this.follower = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("serving-switch").factory());
        follower.scheduleWithFixedDelay(this::follow, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Where the stores are. */
    interface Stores {

        /** The store of a version that may answer. */
        Optional<VectorStore> ready(String version);

        /** How much of that the store of a version holds that is not ready, 0 to 1. */
        double progress(String version);
    }

    /**
     * Answers something from one version.
     *
     * @throws ApiException 503 {@code no-active-version} before the first version is active, 503 {@code
     *     index-rebuilding} while its index does not hold all images, 503 {@code index-unavailable} while its index cannot
     *     be asked; and what the question throws
     */
    <T> T answer(Function<Serving, T> question) {
        while (true) {
            Serving serving = current.get();
            if (serving == null) {
                String what = lacking;
                if (what != null) {
                    throw new ApiException(503, "index-rebuilding", what);
                }
                throw new ApiException(
                        503, "no-active-version", "no model version is active yet; try again in a few seconds");
            }
            if (serving.acquire()) {
                try {
                    return question.apply(serving);
                } catch (StoreClosedException e) {
                    throw new ApiException(
                            503,
                            "index-rebuilding",
                            "the index of " + serving.version() + " is being opened again; try again in a few seconds");
                } catch (StoreUnavailableException e) {
                    throw new ApiException(
                            503,
                            "index-unavailable",
                            "the index of " + serving.version() + " cannot be asked now: " + e.getMessage()
                                    + "; then try again");
                } finally {
                    serving.release();
                }
            }
        }
    }

    /** The version that answers now. */
    Optional<String> version() {
        return Optional.ofNullable(current.get()).map(Serving::version);
    }

    /** Whether searches by an image wait for the network of the version that answers. */
    boolean isBeginning() {
        Serving now = current.get();
        return now != null && now.isBeginning();
    }

    /** The version that embeds queries while it back-fills. */
    Optional<String> bridge() {
        return Optional.ofNullable(current.get()).flatMap(Serving::bridge).map(Serving.Bridge::version);
    }

    @Override
    public void close() {
        follower.shutdown();
        try {
            if (!follower.awaitTermination(30, TimeUnit.SECONDS)) {
                LOG.warn("the serving switch did not stop within 30 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        swap(null);
    }

    private void follow() {
        try {
            ModelVersions now = versions.get();
            Optional<ModelEvent> active = now.active();
            if (active.isEmpty()) {
                return;
            }
            String version = active.get().getVersion();
            Optional<VectorStore> store = stores.ready(version);
            if (store.isPresent()) {
                lacking = null;
                serve(active.get(), store.get(), compatible(now, version));
            } else {
                lacking = "the index of " + version + " is being opened and read from its embeddings, "
                        + Math.round(100 * stores.progress(version)) + " %; try again in a few seconds";
                letGoOfClosed();
            }
        } catch (RuntimeException | Error e) {
            LOG.error("the active version cannot be served yet, will retry: {}", e.toString());
            lacking = "the active version cannot be served yet, and is tried again by itself: " + e.getMessage();
            letGoOfClosed();
        }
    }

    /** The index that answers may have been closed: because it failed, or because its version's grace is over. */
    private void letGoOfClosed() {
        Serving now = current.get();
        if (now != null && !stores.ready(now.version()).equals(Optional.of(now.store()))) {
            swap(null);
        }
    }

    private void serve(ModelEvent active, VectorStore store, Optional<ModelEvent> compatible) {
        if (isServed(active, store, compatible.map(ModelEvent::getVersion))) {
            return;
        }
        // After a start nobody waits for the bridge's network: it is built while the active version answers.
        Serving.Bridge bridge =
                current.get() == null ? null : compatible.map(this::bridge).orElse(null);
        if (bridge == null && isServed(active, store, Optional.empty())) {
            return;
        }
        swap(serving(active, store, bridge));
        activated.accept(active.getVersion());
        LOG.atInfo()
                .addKeyValue(LogKeys.VERSION, active.getVersion())
                .log(
                        "searches are answered by {}{}",
                        active.getVersion(),
                        bridge == null ? "" : ", queries embedded by " + bridge.version() + " and mapped");
    }

    private Serving serving(ModelEvent active, VectorStore store, Serving.@Nullable Bridge bridge) {
        try {
            return new Serving(network(active), store, bridge);
        } catch (RuntimeException | Error e) {
            if (bridge != null) {
                bridge.network().release();
            }
            throw e;
        }
    }

    /** An index that was damaged is opened anew under the same version: then its store is another one. */
    private boolean isServed(ModelEvent active, VectorStore store, Optional<String> compatible) {
        Serving now = current.get();
        return now != null
                && now.version().equals(active.getVersion())
                && now.store().equals(store)
                && compatible.equals(bridge());
    }

    /** The version that back-fills, if its queries may search the active version's gallery meanwhile. */
    private Optional<ModelEvent> compatible(ModelVersions now, String active) {
        List<ModelEvent> staged = now.withStatus(ModelStatus.STAGED);
        backoff.retain(staged.stream().map(ModelEvent::getVersion).toList());
        return staged.stream()
                .filter(event -> active.equals(event.getCompatibleWith()))
                .filter(event -> backoff.mayTry(event.getVersion()))
                .reduce((first, second) -> second);
    }

    /** Null if it cannot be had now. */
    private Serving.@Nullable Bridge bridge(ModelEvent staged) {
        try {
            SpaceMap map = SpaceMap.read(ModelArtifact.of(staged), String.valueOf(staged.getCompatibleWith()));
            return new Serving.Bridge(
                    held(staged).orElseGet(() -> QueryNetwork.load(ModelArtifact.of(staged), limits)), map);
        } catch (RuntimeException e) {
            Duration pause = backoff.failed(staged.getVersion());
            LOG.warn(
                    "queries cannot be embedded by {} until it is active, will retry in {}: {}",
                    staged.getVersion(),
                    pause,
                    e.getMessage());
            return null;
        }
    }

    /**
     * Of the active version. Whoever gets answers meanwhile does not wait for it; after a start, when nobody does, only
     * those who send an image do.
     */
    private QueryNetwork network(ModelEvent active) {
        return held(active).orElseGet(() -> {
            ModelArtifact artifact = ModelArtifact.of(active);
            return current.get() == null ? QueryNetwork.begin(artifact, limits) : QueryNetwork.load(artifact, limits);
        });
    }

    /** One that answers already. Only this thread swaps. */
    private Optional<QueryNetwork> held(ModelEvent event) {
        Serving now = current.get();
        if (now == null) {
            return Optional.empty();
        }
        return Stream.concat(Stream.of(now.network()), now.bridge().map(Serving.Bridge::network).stream())
                .filter(network -> network.version().equals(event.getVersion()))
                .findFirst()
                .map(QueryNetwork::retain);
    }

    private void swap(@Nullable Serving next) {
        Serving before = current.getAndSet(next);
        if (before != null) {
            before.release();
        }
    }
}
