package io.sightline.trainer.report;

import io.sightline.embedder.image.Preprocessing;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a version when it is published or kept back. Immutable.
 *
 * @param version its name
 * @param parent the version that was active, null for the first
 * @param published whether the gate let it through
 * @param reason why, with the figures
 * @param time when it was decided
 * @param network the network in words
 * @param preprocessing of the pixels of the confusions
 * @param settings by name
 * @param lineage offsets trained on, seed, steps and the like, by name
 * @param metrics figures by name
 * @param curves of all training so far
 * @param history versions so far, this one the last
 * @param confusions the hardest classes, the worst first
 */
public record VersionReport(
        String version,
        @Nullable String parent,
        boolean published,
        String reason,
        Instant time,
        String network,
        Preprocessing preprocessing,
        Map<String, String> settings,
        Map<String, String> lineage,
        Map<String, Double> metrics,
        List<CurvePoint> curves,
        List<VersionPoint> history,
        List<ConfusedClasses> confusions) {}
