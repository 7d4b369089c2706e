package io.sightline.indexer.rollout;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Shows what {@code sightline.models} says: how many versions are in which state, which one is active, since when one waits or
 * back-fills, and the figures of the trainer and of the gates. Of versions that are over only the latest few keep their figures:
 * a meter for each for ever would never end. Thread-safe.
 */
public final class RolloutMeters {

    private static final int MOST_VERSIONS = 10;
    private static final List<String> FIGURES =
            List.of("recallAt1", "mapAtR", "parent.recallAt1", "parent.mapAtR", "forgetting.recallAt1");

    private final ModelCatalog catalog;
    private final Clock clock;
    private final MultiGauge counts;
    private final MultiGauge active;
    private final MultiGauge figures;
    private final MultiGauge gates;

    /** Registers the meters, and follows the catalog from then on. */
    public RolloutMeters(MeterRegistry meters, ModelCatalog catalog, Clock clock) {
        this.catalog = catalog;
        this.clock = clock;
        this.counts = multi(meters, "versions", "Versions by status");
        this.active = multi(meters, "active", "The version that answers has 1");
        this.figures = multi(meters, "version.figure", "Holdout figures that the trainer published with a version");
        this.gates = multi(meters, "gate.figure", "Figures of the gates between STAGED and ACTIVE");
        for (ModelStatus status : List.of(ModelStatus.CANDIDATE, ModelStatus.STAGED)) {
            Gauge.builder("sightline.indexer.rollout.age", () -> age(status))
                    .description("Since when the oldest version of this status has it; 0 if there is none")
                    .baseUnit("seconds")
                    .tag("status", lower(status))
                    .register(meters);
        }
        catalog.onChange(versions -> show());
    }

    private double age(ModelStatus status) {
        Instant now = clock.instant();
        return catalog.current().withStatus(status).stream()
                .mapToDouble(event ->
                        Math.max(0, Duration.between(event.getEventTime(), now).toMillis() / 1e3))
                .max()
                .orElse(0);
    }

    /** Whoever is told of a change later must not put an older state in place of a newer one: so what is true now counts. */
    private synchronized void show() {
        ModelVersions versions = catalog.current();
        counts.register(
                Stream.of(ModelStatus.values())
                        .<MultiGauge.Row<?>>map(status -> MultiGauge.Row.of(
                                Tags.of("status", lower(status)),
                                versions.withStatus(status).size()))
                        .toList(),
                true);
        String answering = versions.active().map(ModelEvent::getVersion).orElse("");
        active.register(
                versions.active().stream()
                        .<MultiGauge.Row<?>>map(event -> MultiGauge.Row.of(Tags.of("version", event.getVersion()), 1))
                        .toList(),
                true);
        List<ModelEvent> all = versions.all();
        List<MultiGauge.Row<?>> trained = new ArrayList<>();
        List<MultiGauge.Row<?>> judged = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            ModelEvent event = all.get(i);
            if (i >= all.size() - MOST_VERSIONS || event.getVersion().equals(answering)) {
                Tags tags = Tags.of("version", event.getVersion(), "status", lower(event.getStatus()));
                FIGURES.forEach(name -> add(trained, tags, name, event.getMetrics()));
                event.getGate().keySet().forEach(name -> add(judged, tags, name, event.getGate()));
            }
        }
        figures.register(trained, true);
        gates.register(judged, true);
    }

    private static void add(List<MultiGauge.Row<?>> rows, Tags tags, String name, Map<String, Double> values) {
        Double value = values.get(name);
        if (value != null) {
            rows.add(MultiGauge.Row.of(tags.and("figure", name), value));
        }
    }

    private static MultiGauge multi(MeterRegistry meters, String name, String description) {
        return MultiGauge.builder("sightline.indexer." + name)
                .description(description)
                .register(meters);
    }

    private static String lower(ModelStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }
}
