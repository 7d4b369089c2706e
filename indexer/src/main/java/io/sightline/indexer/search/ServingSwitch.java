package io.sightline.indexer.search;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.artifact.SpaceMap;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.http.ApiException;
import io.sightline.indexer.store.VectorStore;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
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
    private final Function<String, Optional<VectorStore>> stores;
    private final ImageLimits limits;
    private final AtomicReference<@Nullable Serving> current = new AtomicReference<>();
    /** Of compatible versions whose network or map cannot be loaded. */
    private final LoadBackoff backoff;

    private final ScheduledExecutorService follower;

    /**
     * Starts to follow the versions.
     *
     * @param versions as they are now
     * @param stores of the versions that have one
     * @param limits of the images that are queries
     */
    ServingSwitch(
            Supplier<ModelVersions> versions, Function<String, Optional<VectorStore>> stores, ImageLimits limits) {
        this(versions, stores, limits, FIRST_RETRY);
    }

    ServingSwitch(
            Supplier<ModelVersions> versions,
            Function<String, Optional<VectorStore>> stores,
            ImageLimits limits,
            Duration firstRetry) {
        this.versions = versions;
        this.stores = stores;
        this.limits = limits;
        this.backoff = new LoadBackoff(firstRetry, System::nanoTime);
        this.follower = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("serving-switch").factory());
        follower.scheduleWithFixedDelay(this::follow, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Answers something from one version.
     *
     * @throws ApiException 503 {@code no-active-version} before the first version is active
     */
    <T> T answer(Function<Serving, T> question) {
        while (true) {
            Serving serving = current.get();
            if (serving == null) {
                throw new ApiException(
                        503, "no-active-version", "no model version is active yet; try again in a few seconds");
            }
            if (serving.acquire()) {
                try {
                    return question.apply(serving);
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
            Optional<VectorStore> store = stores.apply(active.get().getVersion());
            if (store.isPresent()) {
                serve(active.get(), store.get(), compatible(now, active.get().getVersion()));
            }
        } catch (RuntimeException | Error e) {
            LOG.error("the active version cannot be served yet, will retry: {}", e.toString());
        }
    }

    private void serve(ModelEvent active, VectorStore store, Optional<ModelEvent> compatible) {
        if (isServed(active, store, compatible.map(ModelEvent::getVersion))) {
            return;
        }
        Serving.Bridge bridge = compatible.map(this::bridge).orElse(null);
        if (bridge == null && isServed(active, store, Optional.empty())) {
            return;
        }
        try {
            QueryNetwork network = network(active, artifact(active));
            swap(new Serving(network, store, bridge));
        } catch (RuntimeException | Error e) {
            if (bridge != null) {
                bridge.network().release();
            }
            throw e;
        }
        LOG.info(
                "searches are answered by {}{}",
                active.getVersion(),
                bridge == null ? "" : ", queries embedded by " + bridge.version() + " and mapped");
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
            ModelArtifact artifact = artifact(staged);
            SpaceMap map = SpaceMap.read(artifact, String.valueOf(staged.getCompatibleWith()));
            return new Serving.Bridge(network(staged, artifact), map);
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

    private static ModelArtifact artifact(ModelEvent event) {
        return ModelArtifact.open(URI.create(event.getArtifactUri()), event.getManifestSha256());
    }

    /** One that answers already, if it is of this version; else it is loaded. Only this thread swaps. */
    private QueryNetwork network(ModelEvent event, ModelArtifact artifact) {
        Serving now = current.get();
        if (now != null) {
            if (now.version().equals(event.getVersion())) {
                return now.network().retain();
            }
            if (now.bridge()
                    .filter(one -> one.version().equals(event.getVersion()))
                    .isPresent()) {
                return now.bridge().get().network().retain();
            }
        }
        return QueryNetwork.load(artifact, limits);
    }

    private void swap(@Nullable Serving next) {
        Serving before = current.getAndSet(next);
        if (before != null) {
            before.release();
        }
    }
}
