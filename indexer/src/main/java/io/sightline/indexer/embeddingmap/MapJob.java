package io.sightline.indexer.embeddingmap;

import io.sightline.indexer.projection.Tsne;
import io.sightline.indexer.projection.TsneSettings;
import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.VectorStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One map: what it shows, or how far it is. It can be computed again; what it showed is shown until then. One thread
 * computes, any thread asks.
 */
final class MapJob {

    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(MapJob.class);

    private final VectorStore store;
    private final int sample;
    private volatile State state = new State("waiting", 0, null);
    private volatile @Nullable Drawn drawn;

    private volatile long failedNanos;
    /** Not to be shown though they are in the sample that was read. */
    private final Set<String> forgotten = new HashSet<>();

    MapJob(VectorStore store, int sample) {
        this.store = store;
        this.sample = sample;
    }

    /**
     * How far it is.
     *
     * @param name as in {@link MapAnswer}
     * @param progress 0 to 1
     * @param message why it failed
     */
    record State(String name, double progress, @Nullable String message) {}

    /**
     * What it shows.
     *
     * @param images that the index held
     * @param time when
     * @param points of the sample
     */
    record Drawn(long images, Instant time, List<MapPoint> points) {

        private Drawn without(Set<String> ids) {
            List<MapPoint> left =
                    points.stream().filter(point -> !ids.contains(point.id())).toList();
            // One that is sent again makes the map out of date.
            return new Drawn(images - (points.size() - left.size()), time, left);
        }
    }

    State state() {
        return state;
    }

    /** Empty before it was computed once. */
    Optional<Drawn> drawn() {
        return Optional.ofNullable(drawn);
    }

    /** Whether it is of this store, and not of an earlier one of the same version. */
    boolean isOf(VectorStore other) {
        return store.equals(other);
    }

    boolean isAtWork() {
        return !state.name().equals("ready") && !state.name().equals("failed");
    }

    /** Whether it is too early to try again: those who ask are to see why. */
    boolean hasJustFailed() {
        return state.name().equals("failed") && System.nanoTime() - failedNanos < PAUSE.toNanos();
    }

    synchronized void waiting() {
        forgotten.clear();
        state = new State("waiting", 0, null);
    }

    /** Shows these images no more; one of them that is sent again is shown when the map is computed again. */
    synchronized void forget(Set<String> ids) {
        Drawn shown = drawn;
        if (shown != null) {
            drawn = shown.without(ids);
        }
        if (isAtWork()) {
            forgotten.addAll(ids);
        }
    }

    private synchronized void show(Drawn fresh) {
        drawn = fresh.without(forgotten);
        forgotten.clear();
        state = new State("ready", 1, null);
    }

    /** Reads the sample and projects it; nothing happens to what is shown if that fails, or is stopped. */
    void compute(Clock clock, BooleanSupplier stopped) {
        state = new State("computing", 0, null);
        try {
            long images = store.count();
            List<EmbeddedImage> read = store.sample(sample);
            float[][] vectors = read.stream().map(EmbeddedImage::vector).toArray(float[][]::new);
            Optional<double[][]> plane = Tsne.project(vectors, TsneSettings.DEFAULT, fraction -> {
                state = new State("computing", fraction, null);
                return !stopped.getAsBoolean();
            });
            if (plane.isEmpty()) {
                fail("this process is about to stop; ask again when it runs");
                return;
            }
            show(new Drawn(images, clock.instant(), points(read, plane.get())));
        } catch (RuntimeException e) {
            LOG.warn("the map of {} could not be drawn: {}", store.key().version(), e.toString());
            fail("the sample could not be read, ask again: " + e.getMessage());
        } catch (Error e) {
            fail("the map could not be drawn: " + e);
            throw e;
        }
    }

    private void fail(String message) {
        failedNanos = System.nanoTime();
        state = new State("failed", 0, message);
    }

    private static List<MapPoint> points(List<EmbeddedImage> images, double[][] plane) {
        return IntStream.range(0, images.size())
                .mapToObj(i -> new MapPoint(
                        images.get(i).image().id(),
                        images.get(i).image().label(),
                        rounded(plane[i][0]),
                        rounded(plane[i][1])))
                .toList();
    }

    /** More digits than a screen has pixels are of no use. */
    private static double rounded(double coordinate) {
        return Math.round(coordinate * 10_000) / 10_000.0;
    }
}
