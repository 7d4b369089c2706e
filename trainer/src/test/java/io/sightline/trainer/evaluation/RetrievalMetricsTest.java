package io.sightline.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.trainer.GoldenData;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetrievalMetricsTest {

    @Test
    void shouldAgreeWithTheGoldenRankings() throws Exception {
        for (JsonNode golden : GoldenData.golden("retrieval.json").get("cases")) {
            if (golden.get("map_at_r_excluding_singletons").isNull()) {
                continue;
            }
            String name = golden.get("name").asText();

            RetrievalMetrics metrics = RetrievalMetrics.of(unitRows(golden.get("X")), labels(golden.get("labels")));

            assertThat(metrics.mapAtR())
                    .as(name)
                    .isCloseTo(golden.get("map_at_r_excluding_singletons").asDouble(), within(1e-9));
            for (int i = 0; i < golden.get("ks").size(); i++) {
                assertThat(metrics.recallAt(golden.get("ks").get(i).asInt()))
                        .as(name)
                        .isCloseTo(
                                golden.get("recall_excluding_singletons").get(i).asDouble(), within(1e-9));
            }
        }
    }

    @Test
    void shouldMeasureQueriesAgainstAnotherGallery() {
        float[][] queries = {{1, 0}, {0, 1}};
        float[][] gallery = {{1, 0}, {0.6f, 0.8f}, {0, 1}};

        RetrievalMetrics metrics =
                RetrievalMetrics.between(queries, List.of("a", "a"), gallery, List.of("a", "a", "b"));

        assertThat(metrics.recallAt(1)).isEqualTo(0.5);
        assertThat(metrics.recallAt(2)).isEqualTo(1);
        assertThat(metrics.mapAtR()).isCloseTo((1 + 0.25) / 2, within(1e-9));
    }

    @Test
    void shouldNeverFindAnImageItselfInAnotherVersion() {
        float[][] queries = {{1, 0}, {1, 0}, {0, 1}, {0, 1}};
        float[][] gallery = {{1, 0}, {0, 1}, {0, 1}, {0, 1}};

        RetrievalMetrics metrics = RetrievalMetrics.across(queries, gallery, List.of("a", "a", "b", "b"));

        // In the gallery the second image lies among those of class b, and before them.
        assertThat(metrics.hits()).containsExactly(1, 1, 2, 2);
        assertThat(metrics.recallAt(1)).isEqualTo(0.5);
    }

    @Test
    void shouldHaveNoQueriesWhereNoLabelOccursTwice() {
        RetrievalMetrics metrics = RetrievalMetrics.of(new float[][] {{1, 0}, {0, 1}}, List.of("a", "b"));

        assertThat(metrics.queries()).isZero();
        assertThat(metrics.mapAtR()).isZero();
    }

    @Test
    void shouldTellADifferenceFromNoise() {
        double[] baseline = new double[200];
        double[] better = new double[200];
        double[] same = new double[200];
        java.util.Random random = new java.util.Random(7);
        for (int i = 0; i < baseline.length; i++) {
            baseline[i] = random.nextDouble();
            better[i] = baseline[i] + 0.1 + 0.2 * random.nextGaussian();
            same[i] = baseline[i] + 0.2 * random.nextGaussian();
        }

        assertThat(PairedBootstrap.of(better, baseline).isAbove(0)).isTrue();
        assertThat(PairedBootstrap.of(same, baseline).isAbove(0)).isFalse();
        assertThat(PairedBootstrap.of(baseline, better).isAbove(0)).isFalse();
    }

    private static float[][] unitRows(JsonNode node) {
        double[][] rows = GoldenData.matrix(node);
        float[][] unit = new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            double norm = 0;
            for (double x : rows[i]) {
                norm += x * x;
            }
            unit[i] = new float[rows[i].length];
            for (int k = 0; k < rows[i].length; k++) {
                unit[i][k] = (float) (rows[i][k] / Math.sqrt(norm + 1e-12));
            }
        }
        return unit;
    }

    private static List<String> labels(JsonNode node) {
        List<String> labels = new ArrayList<>();
        node.forEach(label -> labels.add(label.asText()));
        return labels;
    }

    @Test
    void shouldFindNothingByWhatIsNoNumber() {
        float nan = Float.NaN;
        float[][] vectors = {{nan, nan}, {1, 0}, {0, 1}, {1, 0}};
        RetrievalMetrics metrics = RetrievalMetrics.of(vectors, List.of("a", "b", "b", "a"));

        // The first asks in vain, and is found last by the one of its class.
        assertThat(metrics.hits()[0]).isEqualTo(3);
        assertThat(metrics.hits()[3]).isEqualTo(3);
    }
}
