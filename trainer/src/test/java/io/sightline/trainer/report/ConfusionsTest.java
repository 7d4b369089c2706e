package io.sightline.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfusionsTest {

    @Test
    void shouldFindNoneWhereEveryQueryFindsItsClass() {
        List<ConfusedClasses> confusions = at(List.of("a", "a", "b", "b"), 0, 10, 90, 100);

        assertThat(confusions).isEmpty();
    }

    @Test
    void shouldShowTheWrongPairWithTheHighestCosine() {
        // The a's at 31 and 40 are nearest to the b's at 29 and 41, the latter by less; the b's are so too.
        List<ConfusedClasses> confusions = at(List.of("a", "b", "a", "b", "a", "a"), 31, 29, 40, 41, 200, 201);

        assertThat(confusions)
                .extracting(
                        ConfusedClasses::label,
                        ConfusedClasses::takenFor,
                        ConfusedClasses::wrong,
                        ConfusedClasses::queries,
                        pair -> pair.query().pixels()[0],
                        pair -> pair.neighbour().pixels()[0])
                .containsExactly(tuple("b", "a", 2, 2, (byte) 3, (byte) 2), tuple("a", "b", 2, 4, (byte) 2, (byte) 3));
    }

    @Test
    void shouldPutTheWorstFirstThenTheMostThenByName() {
        // Each wrong query sits 1 degree from one item of a class that has but one, the right ones far from all others.
        List<String> labels = List.of(
                "half", "x", "half", "half", "half", "y", "all", "z", "all", "w", "beta", "v", "beta", "beta", "alpha",
                "u", "alpha", "alpha");
        List<ConfusedClasses> confusions =
                at(labels, 0, 1, 20, 21, 40, 41, 60, 61, 80, 81, 100, 101, 120, 121, 140, 141, 160, 161);

        assertThat(confusions)
                .extracting(pair -> pair.label() + " " + pair.takenFor() + " " + pair.wrong() + "/" + pair.queries())
                .containsExactly("all w 1/2", "all z 1/2", "alpha u 1/3", "beta v 1/3", "half x 1/4", "half y 1/4");
    }

    @Test
    void shouldPutMoreWrongQueriesFirstIfTheirShareIsTheSame() {
        // Half of the a's and half of the b's are 1 degree from an x, the others nearer to their own class.
        List<String> labels = List.of("a", "a", "b", "b", "b", "b", "x", "x", "x");
        List<ConfusedClasses> confusions = at(labels, 0, 20, 100, 101.5, 128, 130, -1, 99, 131);

        assertThat(confusions)
                .extracting(pair -> pair.label() + " " + pair.takenFor() + " " + pair.wrong() + "/" + pair.queries())
                .containsExactly("x b 2/3", "b x 2/4", "a x 1/2", "x a 1/3");
    }

    @Test
    void shouldNotQueryWithAClassOfOneItem() {
        List<ConfusedClasses> confusions = at(List.of("single", "a", "a"), 5, 7, 8);

        assertThat(confusions).isEmpty();
    }

    @Test
    void shouldDecideEqualCosinesForTheLowerIndex() {
        List<ConfusedClasses> confusions = at(List.of("a", "c", "b", "a"), 0, 30, 30, 180);

        assertThat(confusions)
                .extracting(ConfusedClasses::label, ConfusedClasses::takenFor, ConfusedClasses::wrong)
                .containsExactly(tuple("a", "c", 2));
    }

    @Test
    void shouldReturnNoMoreThanAskedFor() {
        List<String> labels = List.of("a", "b", "a", "b");
        List<ConfusedClasses> all = of(labels, 10, 0, 1, 90, 91);

        List<ConfusedClasses> first = of(labels, 1, 0, 1, 90, 91);

        assertThat(all).extracting(ConfusedClasses::label).containsExactly("a", "b");
        assertThat(first).extracting(ConfusedClasses::label).containsExactly("a");
    }

    @Test
    void shouldHaveNoneForNoItems() {
        assertThat(Confusions.of(new float[0][], List.of(), List.of(), 10)).isEmpty();
    }

    @Test
    void shouldRefuseLabelsThatDoNotMatchTheEmbeddings() {
        assertThatThrownBy(() -> Confusions.of(new float[2][3], List.of("a"), List.of(), 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 embeddings with 1 labels and 0 images");
    }

    private static List<ConfusedClasses> at(List<String> labels, double... degrees) {
        return of(labels, 10, degrees);
    }

    /** Items on the unit circle; each image is a single pixel, the index of its item. */
    private static List<ConfusedClasses> of(List<String> labels, int most, double... degrees) {
        float[][] embeddings = new float[degrees.length][];
        List<HoldoutImage> images = new ArrayList<>();
        for (int i = 0; i < degrees.length; i++) {
            double angle = Math.toRadians(degrees[i]);
            embeddings[i] = new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
            images.add(new HoldoutImage("image-" + i, new byte[] {(byte) i}));
        }
        return Confusions.of(embeddings, labels, images, most);
    }
}
