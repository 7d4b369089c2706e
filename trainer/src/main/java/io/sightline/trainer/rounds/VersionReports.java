package io.sightline.trainer.rounds;

import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.publish.Gate;
import io.sightline.trainer.report.CurvePoint;
import io.sightline.trainer.report.TrainingReport;
import io.sightline.trainer.report.VersionPoint;
import io.sightline.trainer.report.VersionReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The training reports of versions, beside their artifacts. Thread-safe. */
final class VersionReports {

    private static final Logger LOG = LoggerFactory.getLogger(VersionReports.class);

    private static final String SUFFIX = "-report.html";

    private final ModelCatalog catalog;
    private final Path models;

    /** Writes below the folder of the artifacts. */
    VersionReports(ModelCatalog catalog, Path models) {
        this.catalog = catalog;
        this.models = models;
    }

    /** The report of a version, empty if there is none. */
    Optional<Path> find(String version) {
        // The name comes from outside: only one that the catalog knows becomes part of a path.
        return catalog.current()
                .find(version)
                .map(event -> file(event.getVersion()))
                .filter(Files::exists);
    }

    /** All reports there are, also of versions that nobody remembers. */
    List<Path> files() {
        if (!Files.isDirectory(models)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(models)) {
            return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the reports in " + models + " cannot be listed: " + e.getMessage(), e);
        }
    }

    /** Writes the report of a version that has been published or rejected. */
    void write(
            ModelEvent event, EmbeddingNet net, List<CurvePoint> curves, Gate.Verdict verdict, Evaluation evaluation) {
        List<VersionPoint> history = catalog.current().all().stream()
                .sorted(Comparator.comparingLong(one -> one.getLineage().getSteps()))
                .map(VersionReports::point)
                .toList();
        Map<String, String> lineage = new TreeMap<>();
        lineage.put("steps", String.valueOf(event.getLineage().getSteps()));
        lineage.put("seed", String.valueOf(event.getLineage().getSeed()));
        lineage.put("classes", String.valueOf(event.getLineage().getClasses()));
        lineage.put("images", String.valueOf(event.getLineage().getImages()));
        event.getLineage().getOffsets().forEach((partition, next) -> lineage.put(partition, "offset " + next));
        VersionReport report = new VersionReport(
                event.getVersion(),
                event.getParent(),
                verdict.passed(),
                verdict.reason(),
                event.getPublishedTime(),
                net.describe(),
                net.preprocessing(),
                event.getSettings(),
                lineage,
                verdict.metrics(),
                curves,
                history,
                evaluation.confusions());
        try {
            TrainingReport.write(report, file(event.getVersion()));
        } catch (UncheckedIOException e) {
            // The version is published; a report that cannot be written takes nothing away from it.
            LOG.warn("version {} has no training report: {}", event.getVersion(), e.getMessage());
        }
    }

    private static VersionPoint point(ModelEvent event) {
        Map<String, Double> metrics = event.getMetrics();
        return new VersionPoint(
                event.getVersion(),
                event.getLineage().getSteps(),
                event.getStatus() == ModelStatus.REJECTED,
                metrics.getOrDefault("recallAt1", Double.NaN),
                metrics.getOrDefault("mapAtR", Double.NaN),
                metrics.getOrDefault("forgetting.recallAt1", Double.NaN));
    }

    private Path file(String version) {
        return models.resolve(version + SUFFIX);
    }
}
