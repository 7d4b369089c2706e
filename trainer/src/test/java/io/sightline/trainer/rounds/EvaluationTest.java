package io.sightline.trainer.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.trainer.publish.Gate;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.replay.ReplaySnapshot;
import io.sightline.trainer.training.SeeTrainer.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Images of one byte, the angle of their embedding. */
class EvaluationTest {

    private static final Reference AS_IT_IS = pixels -> embed(pixels, 1, 0);
    private static final Reference TURNED = pixels -> embed(pixels, 1, 90);
    private static final Reference BLIND = pixels -> embed(pixels, 0, 0);

    @Test
    void shouldMeasureCandidateAndActiveOnTheSameImages() {
        Evaluation evaluation = Evaluation.of(AS_IT_IS, BLIND, content(0), List.of());

        assertThat(evaluation.candidate().recallAt(1)).isEqualTo(1);
        assertThat(evaluation.active()).isNotNull();
        assertThat(evaluation.active().queries())
                .isEqualTo(evaluation.candidate().queries());
        assertThat(evaluation.active().recallAt(1)).isLessThan(1);
        assertThat(evaluation.confusions()).isEmpty();
    }

    @Test
    void shouldMeasureWhatMixingTheVersionsWouldCost() {
        Map<String, Double> figures =
                Evaluation.of(TURNED, AS_IT_IS, content(0), List.of()).figures();

        Evaluation evaluation = Evaluation.of(TURNED, AS_IT_IS, content(0), List.of());
        assertThat(evaluation.compatible(Gate.Metric.MAP_AT_R, 0)).isPresent();
        assertThat(evaluation.compatible(Gate.Metric.MAP_AT_R, 0.01)).isEmpty();
        assertThat(Evaluation.of(BLIND, AS_IT_IS, content(0), List.of()).compatible(Gate.Metric.MAP_AT_R, 0))
                .isEmpty();
        assertThat(Evaluation.of(AS_IT_IS, null, content(0), List.of()).compatible(Gate.Metric.MAP_AT_R, -1))
                .isEmpty();
        assertThat(figures.get("cross.recallAt1")).isLessThan(0.5);
        assertThat(figures.get("cross.mapped.recallAt1")).isEqualTo(1);
    }

    @Test
    void shouldWatchClassesThatTheStreamHasNotBroughtLately() {
        Map<String, Double> figures =
                Evaluation.of(AS_IT_IS, null, content(0), List.of()).figures();

        // Of the classes, a quarter is new; the held-out ones among the others count.
        assertThat(figures.get("forgetting.recallAt1")).isEqualTo(1);
        assertThat(figures.get("forgetting.queries")).isPositive();
        assertThat(figures).doesNotContainKeys("parent.forgetting.recallAt1", "cross.recallAt1");
    }

    @Test
    void shouldMeasureDrift() {
        ReplaySnapshot content = content(0);
        List<String> known = content.classes().stream().limit(30).toList();

        Map<String, Double> steady =
                Evaluation.of(AS_IT_IS, null, content, known).figures();
        Map<String, Double> moved =
                Evaluation.of(AS_IT_IS, null, content(3), known).figures();

        assertThat(steady.get("drift.newClasses")).isCloseTo(10 / 40.0, within(1e-9));
        assertThat(moved.get("drift.shift")).isGreaterThan(steady.get("drift.shift"));
        assertThat(Evaluation.of(AS_IT_IS, null, content, List.of()).figures()).doesNotContainKey("drift.newClasses");
    }

    /** 40 classes of 4 images, one angle a class; the last quarter later than the others, and moved by some degrees. */
    private static ReplaySnapshot content(int moved) {
        List<ReplayItem> items = new ArrayList<>();
        for (int c = 0; c < 40; c++) {
            for (int i = 0; i < 4; i++) {
                boolean late = c >= 30;
                int angle = late ? 3 * (c - 30) + 31 + 20 * moved : 3 * c;
                items.add(new ReplayItem(
                        "image-" + c + "-" + i, String.format("class-%02d", c), late ? 2000 : 1000, new byte[] {
                            (byte) angle
                        }));
            }
        }
        return ReplaySnapshot.of(items, new HoldoutRule(0.4), Map.of());
    }

    private static float[][] embed(List<byte[]> pixels, int sight, double turned) {
        float[][] rows = new float[pixels.size()][];
        for (int i = 0; i < rows.length; i++) {
            double angle = Math.toRadians(sight * (pixels.get(i)[0] & 0xff) + turned);
            rows[i] = new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
        }
        return rows;
    }
}
