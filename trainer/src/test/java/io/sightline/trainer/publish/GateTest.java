package io.sightline.trainer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.trainer.evaluation.RetrievalMetrics;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
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
}
