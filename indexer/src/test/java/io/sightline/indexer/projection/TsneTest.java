package io.sightline.indexer.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TsneTest {

    private static final int CLUSTERS = 5;
    private static final int EACH = 30;
    private static final int D = 16;
    private static final ProjectionProgress TO_THE_END = fraction -> true;

    @Test
    void shouldKeepNeighboursTogether() {
        double[][] plane =
                Tsne.project(clusters(), TsneSettings.DEFAULT, TO_THE_END).orElseThrow();

        assertThat(plane).hasDimensions(CLUSTERS * EACH, 2);
        int together = 0;
        for (int i = 0; i < plane.length; i++) {
            together += nearest(plane, i) / EACH == i / EACH ? 1 : 0;
        }
        assertThat(together).isEqualTo(plane.length);
        for (double[] point : plane) {
            assertThat(point[0]).isBetween(-1.0, 1.0);
            assertThat(point[1]).isBetween(-1.0, 1.0);
        }
    }

    @Test
    void shouldComeToTheSameTwice() {
        double[][] one =
                Tsne.project(clusters(), TsneSettings.DEFAULT, TO_THE_END).orElseThrow();
        double[][] other =
                Tsne.project(clusters(), TsneSettings.DEFAULT, TO_THE_END).orElseThrow();

        assertThat(one).isDeepEqualTo(other);
    }

    @Test
    void shouldStopWhenItIsTold() {
        AtomicInteger asked = new AtomicInteger();

        assertThat(Tsne.project(clusters(), TsneSettings.DEFAULT, fraction -> asked.incrementAndGet() < 5))
                .isEmpty();
        assertThat(asked).hasValue(5);
    }

    @Test
    void shouldPlaceFewAndEqualVectors() {
        assertThat(Tsne.project(new float[0][], TsneSettings.DEFAULT, TO_THE_END)
                        .orElseThrow())
                .isEmpty();
        assertThat(Tsne.project(new float[][] {{1, 0}}, TsneSettings.DEFAULT, TO_THE_END)
                        .orElseThrow())
                .isDeepEqualTo(new double[][] {{0, 0}});
        float[][] equal = new float[20][D];
        for (float[] vector : equal) {
            vector[0] = 1;
        }
        for (double[] point :
                Tsne.project(equal, TsneSettings.DEFAULT, TO_THE_END).orElseThrow()) {
            assertThat(point[0]).isFinite();
            assertThat(point[1]).isFinite();
        }
    }

    @Test
    void shouldMakeAffinitiesThatAreProbabilitiesOfTheWantedPerplexity() {
        float[][] joint = Affinities.joint(clusters(), 10);

        double sum = 0;
        for (int i = 0; i < joint.length; i++) {
            assertThat(joint[i][i]).isZero();
            for (int j = 0; j < joint.length; j++) {
                assertThat(joint[i][j]).isEqualTo(joint[j][i]);
                sum += joint[i][j];
            }
        }
        assertThat(sum).isCloseTo(1, within(1e-4));
    }

    @Test
    void shouldFindTheDirectionsInWhichVectorsDifferMost() {
        SplittableRandom random = new SplittableRandom(3);
        float[][] vectors = new float[200][D];
        for (float[] vector : vectors) {
            vector[4] = (float) (5 * random.nextGaussian());
            vector[7] = (float) (2 * random.nextGaussian());
            vector[1] = (float) (0.1 * random.nextGaussian());
        }

        double[][] plane = PrincipalComponents.project(vectors);

        double mean4 = Arrays.stream(vectors)
                .mapToDouble(vector -> vector[4])
                .average()
                .orElseThrow();
        double sign = Math.signum(plane[0][0] * (vectors[0][4] - mean4));
        for (int i = 0; i < vectors.length; i++) {
            assertThat(sign * plane[i][0]).isCloseTo(vectors[i][4] - mean4, within(0.5));
        }
    }

    @Test
    void shouldRefuseSettingsThatMakeNoSense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TsneSettings(0, 10, 0))
                .withMessageContaining("perplexity");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TsneSettings(30, 10, 11))
                .withMessageContaining("iterations");
    }

    private static float[][] clusters() {
        SplittableRandom random = new SplittableRandom(7);
        float[][] vectors = new float[CLUSTERS * EACH][D];
        for (int i = 0; i < vectors.length; i++) {
            double squares = 0;
            for (int j = 0; j < D; j++) {
                vectors[i][j] = (float) ((j == i / EACH ? 1 : 0) + 0.08 * random.nextGaussian());
                squares += vectors[i][j] * vectors[i][j];
            }
            for (int j = 0; j < D; j++) {
                vectors[i][j] /= (float) Math.sqrt(squares);
            }
        }
        return vectors;
    }

    private static int nearest(double[][] plane, int i) {
        int best = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int j = 0; j < plane.length; j++) {
            double distance = Math.hypot(plane[i][0] - plane[j][0], plane[i][1] - plane[j][1]);
            if (j != i && distance < least) {
                least = distance;
                best = j;
            }
        }
        return best;
    }
}
