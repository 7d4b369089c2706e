package io.sightline.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScoreCalibrationTest {

    @Test
    void shouldTellRightNeighboursFromWrongOnes() {
        // Two close ones of a class; two further apart of different classes.
        float[][] embeddings = {at(0), at(5), at(120), at(150)};

        ScoreCalibration calibration = ScoreCalibration.of(embeddings, List.of("a", "a", "b", "c"));

        assertThat(calibration.rightCosine()).isCloseTo(Math.cos(Math.toRadians(5)), within(1e-6));
        assertThat(calibration.wrongCosine()).isCloseTo(Math.cos(Math.toRadians(30)), within(1e-6));
        assertThat(calibration.auc()).isEqualTo(1);
    }

    @Test
    void shouldCountTiesHalf() {
        float[][] embeddings = {at(0), at(10), at(90), at(100)};

        ScoreCalibration calibration = ScoreCalibration.of(embeddings, List.of("a", "a", "b", "c"));

        assertThat(calibration.auc()).isCloseTo(0.5, within(0.5));
        assertThat(calibration.rightCosine()).isCloseTo(calibration.wrongCosine(), within(1e-6));
    }

    @Test
    void shouldSayNothingWithoutBothKinds() {
        ScoreCalibration calibration = ScoreCalibration.of(new float[][] {at(0), at(5)}, List.of("a", "a"));

        assertThat(calibration.wrongCosine()).isNaN();
        assertThat(calibration.auc()).isNaN();
        assertThat(ScoreCalibration.of(new float[0][], List.of()).rightCosine()).isNaN();
    }

    private static float[] at(double degrees) {
        return new float[] {(float) Math.cos(Math.toRadians(degrees)), (float) Math.sin(Math.toRadians(degrees))};
    }
}
