package io.sightline.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sightline.trainer.see.RandomFrame;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OrthogonalMapTest {

    private static final int D = 12;

    @Test
    void shouldFindTheRotationBetweenTwoSpaces() {
        SplittableRandom random = new SplittableRandom(3);
        double[][] rotation = RandomFrame.draw(D, D, random);
        float[][] from = unitRows(40, random);
        float[][] to = new OrthogonalMap(rotation).apply(from);

        float[][] mapped = OrthogonalMap.fit(from, to).apply(from);

        for (int i = 0; i < to.length; i++) {
            for (int k = 0; k < D; k++) {
                assertThat(mapped[i][k]).isCloseTo(to[i][k], within(1e-5f));
            }
        }
    }

    @Test
    void shouldKeepLengthsWhateverTheSpacesAre() {
        SplittableRandom random = new SplittableRandom(4);
        float[][] from = unitRows(40, random);

        float[][] mapped = OrthogonalMap.fit(from, unitRows(40, random)).apply(from);

        for (float[] row : mapped) {
            double squared = 0;
            for (float value : row) {
                squared += value * value;
            }
            assertThat(squared).isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void shouldSayWhatItNeeds() {
        assertThatThrownBy(() -> OrthogonalMap.fit(new float[0][], new float[0][]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the same images in both spaces");
    }

    private static float[][] unitRows(int rows, SplittableRandom random) {
        float[][] unit = new float[rows][D];
        for (int i = 0; i < rows; i++) {
            double[] row = RandomFrame.draw(1, D, random)[0];
            for (int k = 0; k < D; k++) {
                unit[i][k] = (float) row[k];
            }
        }
        return unit;
    }
}
