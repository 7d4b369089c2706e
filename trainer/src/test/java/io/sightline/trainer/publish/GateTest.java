package io.sightline.trainer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.trainer.evaluation.RetrievalMetrics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GateTest {

    private static final RetrievalMetrics NOTHING = new RetrievalMetrics(List.of(), new int[0], new double[0]);

    private final Gate gate = new Gate(0);

    @Test
    void shouldLetABetterCandidateThroughWithItsFigures() {
        Gate.Verdict verdict = gate.judge(metrics(0.8), metrics(0.5), true);

        assertThat(verdict.passed()).isTrue();
        assertThat(verdict.reason()).contains("lies above");
        assertThat(verdict.metrics()).containsKeys("mapAtR", "parent.mapAtR", "improvement.low", "recallAt1");
    }

    @Test
    void shouldRejectOneThatIsNoBetter() {
        Gate.Verdict verdict = gate.judge(metrics(0.5), metrics(0.5), true);

        assertThat(verdict.passed()).isFalse();
        assertThat(verdict.reason()).contains("does not lie above");
    }

    @Test
    void shouldAskForMoreThanItsMargin() {
        assertThat(new Gate(0.4).judge(metrics(0.8), metrics(0.5), true).passed())
                .isFalse();
        assertThat(new Gate(0.2).judge(metrics(0.8), metrics(0.5), true).passed())
                .isTrue();
    }

    @Test
    void shouldReplaceAnInitialNetworkUnmeasuredButNotATrainedOne() {
        assertThat(gate.judge(NOTHING, NOTHING, false).passed()).isTrue();
        assertThat(gate.judge(NOTHING, NOTHING, true).passed()).isFalse();
    }

    private static RetrievalMetrics metrics(double averagePrecision) {
        int[] hits = new int[50];
        Arrays.fill(hits, 1);
        double[] precisions = new double[50];
        Arrays.fill(precisions, averagePrecision);
        return new RetrievalMetrics(Collections.nCopies(50, "a"), hits, precisions);
    }

    @Test
    void shouldRejectOneThatIsBetterAtTheExpenseOfTooManyClasses() {
        RetrievalMetrics active = metrics(Map.of("a", 0.5, "b", 0.5, "c", 0.9));
        RetrievalMetrics candidate = metrics(Map.of("a", 0.9, "b", 0.9, "c", 0.6));

        Gate.Verdict lenient = new Gate(Gate.Metric.MAP_AT_R, 0, 0.2, 0.5).judge(candidate, active, true);
        Gate.Verdict strict = new Gate(Gate.Metric.MAP_AT_R, 0, 0.2, 0.3).judge(candidate, active, true);

        assertThat(lenient.passed()).isTrue();
        assertThat(strict.passed()).isFalse();
        assertThat(strict.reason()).contains("33 % of the classes fell by more than 0.20, at most 30 % may");
    }

    @Test
    void shouldCompareByTheMetricThatIsAskedFor() {
        // The nearest neighbours are right either way: only the rest of the neighbourhood is better.
        Gate byRecall = new Gate(Gate.Metric.RECALL_AT_1, 0, 0.2, 1);

        assertThat(byRecall.judge(metrics(0.8), metrics(0.5), true).passed()).isFalse();
        assertThat(gate.judge(metrics(0.8), metrics(0.5), true).passed()).isTrue();
    }

    private static RetrievalMetrics metrics(Map<String, Double> means) {
        List<String> labels = new ArrayList<>();
        List<Double> precisions = new ArrayList<>();
        new TreeMap<>(means).forEach((label, mean) -> {
            labels.addAll(Collections.nCopies(40, label));
            precisions.addAll(Collections.nCopies(40, mean));
        });
        int[] hits = new int[labels.size()];
        Arrays.fill(hits, 1);
        return new RetrievalMetrics(
                labels,
                hits,
                precisions.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
