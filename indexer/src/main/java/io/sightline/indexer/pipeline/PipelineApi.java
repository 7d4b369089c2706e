package io.sightline.indexer.pipeline;

import io.javalin.config.RoutesConfig;
import io.sightline.embedder.lanes.LaneProgress;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.http.Scope;
import io.sightline.indexer.indexing.LaneIndex;
import io.sightline.indexer.indexing.LaneIndexes;
import io.sightline.indexer.store.StoreClosedException;
import io.sightline.indexer.store.StoreUnavailableException;
import io.sightline.schemas.avro.ModelEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/pipeline}: what goes through the pipeline now. Thread-safe. */
public final class PipelineApi {

    /** Rates are means over so much time. */
    private static final Duration RATE_WINDOW = Duration.ofSeconds(10);

    private static final double SLOWEST = 0.01;

    private final ModelCatalog catalog;
    private final LaneIndexes indexes;
    private final PipelineMonitor monitor;
    private final RecentDelays freshness;

    /** Uses, and does not close, what it is given. */
    public PipelineApi(ModelCatalog catalog, LaneIndexes indexes, PipelineMonitor monitor, RecentDelays freshness) {
        this.catalog = catalog;
        this.indexes = indexes;
        this.monitor = monitor;
        this.freshness = freshness;
    }

    /** Adds the route. */
    public void route(RoutesConfig routes) {
        routes.get("/v1/pipeline", context -> context.json(answer()), Scope.MONITOR);
    }

    private PipelineAnswer answer() {
        List<PipelineSample> samples = monitor.samples();
        ModelVersions versions = catalog.current();
        @Nullable PipelineSample newest = samples.isEmpty() ? null : samples.getLast();
        return new PipelineAnswer(
                newest == null ? null : newest.time(),
                monitor.failure(),
                versions.active().map(ModelEvent::getVersion).orElse(null),
                newest == null ? 0 : newest.images(),
                rate(samples, PipelineSample::images),
                newest == null ? 0 : newest.searches(),
                rate(samples, PipelineSample::searches),
                freshness.measured(),
                newest == null ? List.of() : lanes(versions, samples, newest),
                history(samples));
    }

    private List<PipelineAnswer.Lane> lanes(
            ModelVersions versions, List<PipelineSample> samples, PipelineSample newest) {
        return versions.all().stream()
                .filter(event -> newest.lanes().containsKey(event.getVersion()))
                .map(event -> lane(event.getVersion(), versions.status(event).name(), samples, newest))
                .toList();
    }

    private PipelineAnswer.Lane lane(
            String version, String status, List<PipelineSample> samples, PipelineSample newest) {
        LaneProgress progress = newest.lanes().get(version);
        long lag = progress == null ? 0 : progress.lag();
        List<PipelineSample> there = samples.stream()
                .filter(sample -> sample.lanes().containsKey(version))
                .toList();
        @Nullable Double perSecond = rate(there, sample -> sample.embedded(version));
        Optional<LaneIndex> index = indexes.find(version);
        Count count = index.map(PipelineApi::count).orElse(new Count(null, null));
        return new PipelineAnswer.Lane(
                version,
                status,
                lag,
                newest.images() == 0 ? 1 : Math.clamp(1 - (double) lag / newest.images(), 0, 1),
                perSecond,
                etaSeconds(lag, perSecond),
                count.images,
                index.map(open -> behind(open, progress)).orElse(0L),
                index.map(LaneIndex::isReady).orElse(false),
                index.map(LaneIndex::progress).orElse(0.0),
                index.map(LaneIndex::failure).orElse(count.failure));
    }

    private static long behind(LaneIndex index, @Nullable LaneProgress progress) {
        return progress == null ? index.behind() : index.behind(progress.embeddings());
    }

    private static @Nullable Long etaSeconds(long lag, @Nullable Double perSecond) {
        return lag > 0 && perSecond != null && perSecond > SLOWEST ? Long.valueOf(Math.round(lag / perSecond)) : null;
    }

    private record Count(@Nullable Long images, @Nullable String failure) {}

    private static Count count(LaneIndex index) {
        try {
            return new Count(index.store().count(), null);
        } catch (StoreClosedException | StoreUnavailableException e) {
            return new Count(null, String.valueOf(e.getMessage()));
        }
    }

    private static List<PipelineAnswer.Rates> history(List<PipelineSample> samples) {
        List<PipelineAnswer.Rates> history = new ArrayList<>();
        for (int end = 2; end <= samples.size(); end++) {
            List<PipelineSample> until = samples.subList(Math.max(0, end - 3), end);
            Double images = rate(until, PipelineSample::images);
            Double searches = rate(until, PipelineSample::searches);
            if (images != null && searches != null) {
                history.add(new PipelineAnswer.Rates(until.getLast().time(), images, searches));
            }
        }
        return history;
    }

    /** Of a counter over the last seconds; null if it was not read twice. */
    private static @Nullable Double rate(List<PipelineSample> samples, ToLongFunction<PipelineSample> counter) {
        if (samples.size() < 2) {
            return null;
        }
        PipelineSample last = samples.getLast();
        PipelineSample first = samples.stream()
                .filter(sample -> !sample.time().isBefore(last.time().minus(RATE_WINDOW)))
                .findFirst()
                .orElse(last);
        double seconds = Duration.between(first.time(), last.time()).toMillis() / 1000.0;
        if (seconds <= 0) {
            return null;
        }
        double rate = Math.max(0, counter.applyAsLong(last) - counter.applyAsLong(first)) / seconds;
        return Math.round(100 * rate) / 100.0;
    }
}
