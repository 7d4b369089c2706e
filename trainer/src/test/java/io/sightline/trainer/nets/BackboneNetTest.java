package io.sightline.trainer.nets;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sightline.embedder.artifact.ArtifactWriter;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.trainer.publish.PublishedWeights;
import io.sightline.trainer.publish.ServingGraph;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;

class BackboneNetTest {

    private static final double TOLERANCE = 1e-4;
    private static final int DIMENSIONS = 8;

    @TempDir
    Path directory;

    @BeforeAll
    static void load() {
        NativeTensorFlow.load();
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveTheFeaturesThatOthersComputed(GoldenBackbone golden) {
        for (GoldenBackbone.Case one : golden.cases()) {
            double[][] features = features(golden.net(one.side(), DIMENSIONS), one);
            double allowed = TOLERANCE * largest(one.features());
            for (int i = 0; i < features.length; i++) {
                assertThat(features[i]).containsExactly(one.features()[i], within(allowed));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeWhatTheHeadMakesOfTheseFeatures(GoldenBackbone golden) {
        for (GoldenBackbone.Case one : golden.cases()) {
            BackboneNet net = golden.net(one.side(), DIMENSIONS);
            Map<String, HostTensor> weights = withHead(net);
            ModelArtifact artifact;
            try (ServingGraph serving = new ServingGraph(net, weights)) {
                artifact = serving.write(new ArtifactWriter(directory), "v" + one.side());
            }
            Map<String, HostTensor> published = PublishedWeights.read(artifact);
            weights.forEach((name, weight) -> {
                HostTensor read = requireNonNull(published.get(name), name);
                assertThat(read.shape()).as(name).containsExactly(weight.shape());
                assertThat(read.values()).as(name).containsExactly(weight.values());
            });
            try (EmbeddingModel served = EmbeddingModel.load(artifact)) {
                float[][] vectors = served.embed(one.pixels());
                for (int i = 0; i < vectors.length; i++) {
                    double[] expected = head(one.features()[i], weights);
                    for (int k = 0; k < DIMENSIONS; k++) {
                        assertThat((double) vectors[i][k]).isCloseTo(expected[k], within(TOLERANCE));
                    }
                }
            }
        }
    }

    @Test
    void shouldHaveAsManyWeightsAsArePublished() {
        assertThat(parameters(ResNet.RESNET50, 224)).isEqualTo(23_508_032);
        assertThat(parameters(VisionTransformer.small(16), 224)).isEqualTo(21_665_664);
        assertThat(parameters(VisionTransformer.base(16), 224)).isEqualTo(85_798_656);
    }

    @Test
    void shouldRefuseImagesThatDoNotFit() {
        assertThatThrownBy(() -> GoldenBackbone.VIT.bare(60, DIMENSIONS))
                .hasMessageContaining("tiny_vit")
                .hasMessageContaining("multiple of 16")
                .hasMessageContaining("60");
    }

    private static long parameters(Backbone backbone, int side) {
        BackboneNet net = new BackboneNet(
                backbone,
                Normalisation.IMAGENET,
                new io.sightline.embedder.image.Preprocessing(side, 3, false),
                DIMENSIONS,
                Map.of());
        return net.weights().stream()
                .filter(weight -> weight.isTrained() && !weight.name().startsWith(BackboneNet.HEAD))
                .mapToLong(weight -> weight.shape().size())
                .sum();
    }

    private static double[][] features(BackboneNet net, GoldenBackbone.Case one) {
        byte[] flat = new byte[one.pixels().size() * net.preprocessing().bytes()];
        for (int i = 0; i < one.pixels().size(); i++) {
            System.arraycopy(
                    one.pixels().get(i),
                    0,
                    flat,
                    i * net.preprocessing().bytes(),
                    net.preprocessing().bytes());
        }
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            var image = tf.constant(Shape.of(one.pixels().size(), one.side(), one.side(), 3), DataBuffers.of(flat));
            var features = net.features(tf, image, new ConstantWeights(net.pretrained()));
            try (Session session = new Session(graph);
                    Result result = session.runner().fetch(features).run()) {
                HostTensor all = HostTensor.copyOf(result.get(0));
                int width = (int) all.shape()[1];
                double[][] rows = new double[(int) all.shape()[0]][width];
                for (int i = 0; i < all.values().length; i++) {
                    rows[i / width][i % width] = all.values()[i];
                }
                return rows;
            }
        }
    }

    private static Map<String, HostTensor> withHead(BackboneNet net) {
        Map<String, HostTensor> weights = new HashMap<>(net.pretrained());
        SplittableRandom random = new SplittableRandom(5);
        net.weights().stream()
                .filter(weight -> weight.name().startsWith(BackboneNet.HEAD))
                .forEach(weight -> weights.put(weight.name(), new Initial.Deviation(1).draw(weight.shape(), random)));
        return weights;
    }

    /** LayerNorm, linear, unit length, in double precision. */
    private static double[] head(double[] features, Map<String, HostTensor> weights) {
        double mean = Arrays.stream(features).average().orElseThrow();
        double variance = Arrays.stream(features)
                .map(f -> (f - mean) * (f - mean))
                .average()
                .orElseThrow();
        float[] kernel = requireNonNull(weights.get("embedding.kernel")).values();
        float[] bias = requireNonNull(weights.get("embedding.bias")).values();
        double[] embedding = new double[DIMENSIONS];
        double squared = 0;
        for (int k = 0; k < DIMENSIONS; k++) {
            embedding[k] = bias[k];
            for (int f = 0; f < features.length; f++) {
                embedding[k] += (features[f] - mean) / Math.sqrt(variance + 1e-6) * kernel[f * DIMENSIONS + k];
            }
            squared += embedding[k] * embedding[k];
        }
        double length = Math.sqrt(squared);
        return Arrays.stream(embedding).map(e -> e / length).toArray();
    }

    private static double largest(double[][] rows) {
        return Arrays.stream(rows)
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .max()
                .orElseThrow();
    }
}
