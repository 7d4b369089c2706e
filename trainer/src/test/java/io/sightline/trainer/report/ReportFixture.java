package io.sightline.trainer.report;

import io.sightline.embedder.image.Preprocessing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A measured, published version of a lineage of two; tests change what they are about. */
final class ReportFixture {

    static final Preprocessing DRAWING = new Preprocessing(8, 1, true);

    String version = "v2";

    @Nullable
    String parent = "v1";

    boolean published = true;
    String reason = "lies above the margin";
    Map<String, String> settings = Map.of("embedding.size", "64");
    Map<String, Double> metrics =
            Map.of("recallAt1", 0.75, "parent.recallAt1", 0.5, "mapAtR", 0.625, "parent.mapAtR", 0.5, "queries", 240.0);
    List<CurvePoint> curves = curve(30);
    List<VersionPoint> history = List.of(
            new VersionPoint("v1", 100, false, 0.5, 0.5, Double.NaN),
            new VersionPoint("v2", 300, false, 0.75, 0.625, Double.NaN));
    List<ConfusedClasses> confusions = List.of(confused("cup", "mug"));

    String html() {
        return TrainingReport.html(report());
    }

    VersionReport report() {
        return new VersionReport(
                version,
                parent,
                published,
                reason,
                Instant.parse("2026-03-04T05:06:07Z"),
                "three convolutions",
                DRAWING,
                settings,
                Map.of("offsets", "0-1000"),
                metrics,
                curves,
                history,
                confusions);
    }

    static ConfusedClasses confused(String label, String takenFor) {
        return new ConfusedClasses(label, takenFor, 3, 12, image("query of " + label), image("neighbour of " + label));
    }

    private static HoldoutImage image(String id) {
        return new HoldoutImage(id, new byte[DRAWING.bytes()]);
    }

    static List<CurvePoint> curve(int points) {
        List<CurvePoint> curve = new ArrayList<>();
        for (int i = 1; i <= points; i++) {
            curve.add(new CurvePoint(10L * i, 5.0 / i, 4.0 / i, 0.3, 0.9, 1000.0 / i, 1, 20, 5, 3200));
        }
        return curve;
    }
}
