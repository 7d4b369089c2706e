package io.sightline.indexer.store.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Hit;
import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.VectorStoreContract;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One bit of each dimension keeps the contract, and every quantisation ranks by the full vectors. */
class QuantisedStoreTest extends VectorStoreContract {

    private static final int MANY_DIMENSIONS = 256;
    private static final int IMAGES = 1_000;
    private static final int K = 10;

    @Override
    protected VectorStore open(Path directory) throws StoreDamagedException {
        return LuceneStore.open(directory.resolve("index"), KEY, Quantisation.BITS1, Clock.systemUTC());
    }

    @ParameterizedTest
    @EnumSource
    void shouldRankByTheFullVectors(Quantisation quantisation) throws Exception {
        StoreKey key = new StoreKey("v1", MANY_DIMENSIONS, "topic", "labels");
        Random random = new Random(5);
        List<float[]> vectors =
                IntStream.range(0, IMAGES).mapToObj(i -> unit(random)).toList();
        float[] query = unit(random);
        try (LuceneStore store = LuceneStore.open(directory.resolve("wide"), key, quantisation, Clock.systemUTC())) {
            for (int i = 0; i < IMAGES; i++) {
                store.upsert(new EmbeddedImage(image(i), vectors.get(i)));
            }
            store.refresh();

            List<Hit> hits = store.nearest(NearestQuery.of(query, K, IMAGES));

            List<Integer> nearest = IntStream.range(0, IMAGES)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -dot(query, vectors.get(i))))
                    .limit(K)
                    .toList();
            assertThat(hits)
                    .extracting(Hit::id)
                    .containsExactlyElementsOf(
                            nearest.stream().map(i -> "image-" + i).toList());
            assertThat(hits.getFirst().score()).isCloseTo(dot(query, vectors.get(nearest.getFirst())), within(1e-5));
        }
    }

    @Test
    void shouldBeNamedAsInSettings() {
        assertThat(Quantisation.BITS4).hasToString("bits4");
    }

    private static StoredImage image(int i) {
        return new StoredImage(
                "image-" + i,
                "v1",
                null,
                Map.of(),
                "00ff",
                "image/png",
                Instant.EPOCH,
                new StoredImage.Origin("sightline.images", 0, i),
                new Revision(0, i + 1, 0));
    }

    private static float[] unit(Random random) {
        float[] vector = new float[MANY_DIMENSIONS];
        double squared = 0;
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
            squared += (double) vector[i] * vector[i];
        }
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (vector[i] / Math.sqrt(squared));
        }
        return vector;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
