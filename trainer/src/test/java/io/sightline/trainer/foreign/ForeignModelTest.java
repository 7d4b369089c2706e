package io.sightline.trainer.foreign;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sightline.embedder.artifact.ArtifactWriter;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.HeadlessNet;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Initial;
import io.sightline.trainer.nets.Normalisation;
import io.sightline.trainer.nets.VariableNames;
import io.sightline.trainer.nets.Weight;
import io.sightline.trainer.publish.PublishedWeights;
import io.sightline.trainer.publish.ServingGraph;
import io.sightline.trainer.weights.BackboneFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

class ForeignModelTest {

    private static final int SIDE = 12;
    private static final int IMAGES = 3;

    @TempDir
    Path directory;

    @BeforeAll
    static void load() {
        NativeTensorFlow.load();
    }

    @ParameterizedTest
    @CsvSource({"DT_UINT8, -1,", "DT_UINT8, 12, RAW", "DT_FLOAT, -1, HALF", "DT_FLOAT, 12, RAW"})
    void shouldGiveWhatTheModelItselfGives(DataType type, long side, @Nullable Normalisation normalisation)
            throws IOException {
        Path folder = new ForeignExport(type, side).write(directory, graph -> {});
        List<byte[]> images = images();

        HeadlessNet net =
                new BackboneFile(folder, null, null, normalisation, null).openHeadless(SIDE, Preprocessing.Crop.SQUARE);

        float[][] expected = run(folder, images, type, normalisation);
        try (ServingGraph serving = new ServingGraph(net, net.pretrained())) {
            float[][] features = serving.embed(images);
            for (int i = 0; i < IMAGES; i++) {
                double length = 0;
                for (float value : expected[i]) {
                    length += value * value;
                }
                for (int k = 0; k < ForeignExport.FEATURES; k++) {
                    assertThat((double) features[i][k]).isCloseTo(expected[i][k] / Math.sqrt(length), within(1e-5));
                }
            }
        }
    }

    @Test
    void shouldTrainAllButTheStatistics() throws IOException {
        ForeignExport export = new ForeignExport(DataType.DT_UINT8, -1);
        ForeignModel model = ForeignModel.open(export.write(directory, graph -> {}));

        assertThat(model.variables()).allSatisfy(variable -> {
            assertThat(variable.isTrained()).isEqualTo(!variable.name().contains("moving"));
            assertThat(variable.key()).isEqualTo(ForeignExport.key(variable.name()));
            assertThat(variable.shape().asArray())
                    .containsExactly(requireNonNull(export.variables.get(variable.name()))
                            .shape());
        });
        assertThat(model.variables().stream().map(ForeignVariable::name))
                .containsExactlyInAnyOrderElementsOf(export.variables.keySet());
        assertThat(model.features()).isEqualTo(ForeignExport.FEATURES);
    }

    @Test
    void shouldSeeThatNoGradientReachesStatistics() throws IOException {
        Path folder = new ForeignExport(DataType.DT_UINT8, SIDE).write(directory, graph -> {});
        SavedModelFile file = SavedModelFile.read(folder.resolve("saved_model.pb"));
        RegisteredOps ops = new RegisteredOps();
        Shape shape = Shape.of(-1, SIDE, SIDE, 3);

        try (GradientCheck check =
                new GradientCheck(file.file(), ops, FlatGraph.of(file, ops), DataType.DT_UINT8, shape)) {
            assertThat(check.reached())
                    .containsExactlyInAnyOrder(
                            "stem/kernel", "stem_bn/gamma", "stem_bn/beta", "embedding/kernel", "embedding/bias.v2");
        }
    }

    @Test
    void shouldTakeModelsThatAreDeeperThanAStack() throws IOException {
        ForeignExport export = new ForeignExport(DataType.DT_UINT8, SIDE);
        for (int i = 0; i < 5_000; i++) {
            export.tail.add(
                    Nodes.floats("deep/Tanh_" + i, "Tanh", export.features).build());
            export.features = "deep/Tanh_" + i + ":y:0";
        }

        ForeignModel model = ForeignModel.open(export.write(directory, graph -> {}));

        assertThat(model.variables().stream().filter(ForeignVariable::isTrained))
                .hasSize(5);
    }

    @Test
    void shouldTrainAModelOfWhichNothingIsSaidToBeTrained() throws IOException {
        Path folder =
                new ForeignExport(DataType.DT_UINT8, SIDE).write(directory, MetaGraphDef.Builder::clearObjectGraphDef);

        assertThat(ForeignModel.open(folder).variables().stream()
                        .filter(ForeignVariable::isTrained)
                        .map(ForeignVariable::name))
                .hasSize(5)
                .noneMatch(name -> name.contains("moving"));
    }

    @Test
    void shouldPublishWeightsThatCanBeReadBack() throws IOException {
        ForeignExport export = new ForeignExport(DataType.DT_UINT8, SIDE);
        Path folder = export.write(directory.resolve("foreign"), graph -> {});
        BackboneNet net = new BackboneFile(folder, null, null, null, null).open(null, 4);
        Map<String, HostTensor> weights = new HashMap<>(net.pretrained());
        for (Weight weight : net.weights()) {
            weights.putIfAbsent(weight.name(), new Initial.Deviation(1).draw(weight.shape(), new SplittableRandom(2)));
        }

        ModelArtifact artifact;
        float[][] evaluated;
        try (ServingGraph serving = new ServingGraph(net, weights)) {
            artifact = serving.write(new ArtifactWriter(directory.resolve("models")), "v1");
            evaluated = serving.embed(images());
        }

        try (EmbeddingModel served = EmbeddingModel.load(artifact)) {
            float[][] vectors = served.embed(images());
            for (int i = 0; i < IMAGES; i++) {
                assertThat(vectors[i]).containsExactly(evaluated[i], within(1e-6f));
            }
        }
        Map<String, HostTensor> published = PublishedWeights.read(artifact);

        export.variables.forEach((name, value) -> {
            HostTensor read = requireNonNull(published.get(VariableNames.weight(name)), name);
            assertThat(read.shape()).containsExactly(value.shape());
            assertThat(read.values()).containsExactly(value.values());
            assertThat(net.isBackbone(VariableNames.weight(name))).isTrue();
        });
        assertThat(published).containsKey("embedding.kernel");
        assertThat(net.describe()).matches("savedmodel-[0-9a-f]{12} on 12 x 12, raw, d = 4");
    }

    @Test
    void shouldNameEveryOpThatGradientsDoNotGoThrough() throws IOException {
        ForeignExport largest = new ForeignExport(DataType.DT_FLOAT, -1);
        largest.endWithTheLargest();
        ForeignExport loop = new ForeignExport(DataType.DT_FLOAT, -1);
        loop.endWithALoopAndTheLargest();

        assertRefused(
                largest.write(directory.resolve("largest"), graph -> {}),
                "no gradient goes through TopKV2 ('StatefulPartitionedCall/StatefulPartitionedCall/largest/TopKV2')"
                        + " on");
        assertRefused(
                loop.write(directory.resolve("loop"), graph -> {}),
                "no gradient goes through While ('StatefulPartitionedCall/StatefulPartitionedCall/loop/While'), TopKV2",
                "Export a signature that ends before that");
    }

    private static void assertRefused(Path folder, String... said) {
        assertThatThrownBy(() -> new BackboneFile(folder, null, null, Normalisation.HALF, null).open(SIDE, 4))
                .isInstanceOf(ForeignModelException.class)
                .hasMessageContaining(folder.resolve("saved_model.pb").toString())
                .hasMessageContainingAll(said);
    }

    static List<byte[]> images() {
        SplittableRandom random = new SplittableRandom(4);
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            byte[] pixels = new byte[SIDE * SIDE * 3];
            random.nextBytes(pixels);
            images.add(pixels);
        }
        return images;
    }

    /** What TensorFlow makes of them. */
    private static float[][] run(
            Path folder, List<byte[]> images, DataType type, @Nullable Normalisation normalisation) {
        int size = SIDE * SIDE * 3;
        byte[] pixels = new byte[IMAGES * size];
        float[] values = new float[IMAGES * size];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = images.get(i / size)[i % size];
            float pixel = Byte.toUnsignedInt(pixels[i]);
            values[i] = normalisation == Normalisation.HALF ? (pixel - 127.5f) / 127.5f : pixel;
        }
        Shape shape = Shape.of(IMAGES, SIDE, SIDE, 3);
        try (SavedModelBundle bundle = SavedModelBundle.load(folder.toString(), "serve");
                Tensor image = type == DataType.DT_UINT8
                        ? TUint8.tensorOf(shape, DataBuffers.of(pixels))
                        : TFloat32.tensorOf(shape, DataBuffers.of(values));
                Result result = bundle.session()
                        .runner()
                        .feed("serving_default_image", image)
                        .fetch("StatefulPartitionedCall")
                        .run()) {
            float[] all = HostTensor.copyOf(result.get(0)).values();
            float[][] rows = new float[IMAGES][ForeignExport.FEATURES];
            for (int i = 0; i < all.length; i++) {
                rows[i / ForeignExport.FEATURES][i % ForeignExport.FEATURES] = all[i];
            }
            return rows;
        }
    }
}
