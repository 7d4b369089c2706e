package io.sightline.indexer.search;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.http.ApiException;
import io.sightline.indexer.indexing.LaneIndex;
import io.sightline.indexer.indexing.LaneIndexes;
import io.sightline.schemas.avro.ModelEvent;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Points searches at the active version. The swap is one reference: a search that has begun is finished by the
 * version it began with, the next one begins with the new version, and none sees both. Thread-safe.
 *
 * <p>On failure: a version that cannot be loaded does not replace the one that answers now; it is tried again.
 */
final class ServingSwitch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServingSwitch.class);
    private static final Duration LOOK = Duration.ofMillis(50);

    private final ModelCatalog catalog;
    private final LaneIndexes indexes;
    private final ImageLimits limits;
    private final AtomicReference<@Nullable Serving> current = new AtomicReference<>();
    private final ScheduledExecutorService follower;

    ServingSwitch(ModelCatalog catalog, LaneIndexes indexes, ImageLimits limits) {
        this.catalog = catalog;
        this.indexes = indexes;
        this.limits = limits;
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
            Optional<ModelEvent> active = catalog.current().active();
            if (active.isEmpty() || active.map(ModelEvent::getVersion).equals(version())) {
                return;
            }
            Optional<LaneIndex> index = indexes.find(active.get().getVersion());
            if (index.isPresent()) {
                swap(load(active.get(), index.get()));
                LOG.info("searches are answered by {}", active.get().getVersion());
            }
        } catch (RuntimeException | Error e) {
            LOG.error("the active version cannot be served yet, will retry: {}", e.toString());
        }
    }

    private Serving load(ModelEvent event, LaneIndex index) {
        EmbeddingModel model =
                EmbeddingModel.load(ModelArtifact.open(URI.create(event.getArtifactUri()), event.getManifestSha256()));
        return new Serving(model, new Preprocessor(model.descriptor().preprocessing(), limits), index.store());
    }

    private void swap(@Nullable Serving next) {
        Serving before = current.getAndSet(next);
        if (before != null) {
            before.release();
        }
    }
}
