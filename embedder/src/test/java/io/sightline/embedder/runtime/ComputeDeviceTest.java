package io.sightline.embedder.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.testing.TestModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;

class ComputeDeviceTest {

    private static final Preprocessing SHAPE = new Preprocessing(8, 1, false);

    @TempDir
    Path root;

    @ParameterizedTest
    @ValueSource(strings = {"auto", "cpu", "gpu:0", "gpu:12"})
    void shouldReadWhatItWrites(String text) {
        assertThat(ComputeDevice.parse(text)).hasToString(text).isEqualTo(ComputeDevice.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "gpu:", "gpu:-1", "gpu:0,1", "gpu:99999999999", "CPU", "cuda:0"})
    void shouldSayWhatADeviceMayBe(String text) {
        assertThatThrownBy(() -> ComputeDevice.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + text + "' is no device; there are auto, cpu and gpu:N, for instance gpu:0");
    }

    @Test
    void shouldGiveTheSameVectorsOnTheCpuAsByItself() {
        assumeTrue(VisibleGpus.count() == 0, "there is a GPU, which rounds otherwise");
        ModelArtifact artifact = TestModels.write(root, "v1", SHAPE, 4, 1);

        try (EmbeddingModel auto = EmbeddingModel.load(artifact);
                EmbeddingModel cpu = EmbeddingModel.load(artifact, new ComputeDevice.Cpu())) {
            assertThat(cpu.embed(images())).isDeepEqualTo(auto.embed(images()));
        }
    }

    @Test
    void shouldRefuseAGpuThatIsNotThere() {
        int absent = VisibleGpus.count();
        ModelArtifact artifact = TestModels.write(root, "v1", SHAPE, 4, 1);

        assertThatThrownBy(() -> EmbeddingModel.load(artifact, new ComputeDevice.Gpu(absent)))
                .isInstanceOf(DeviceUnavailableException.class)
                .hasMessageContainingAll("gpu:" + absent + " is not there", "Choose auto or cpu", "linux-x86_64-gpu");
    }

    /** Without the GPU TensorFlow runs it on the CPU: what is seen here is that a pinned graph is the same graph. */
    @Test
    void shouldGiveTheSameVectorsFromAPinnedGraph() {
        assumeTrue(VisibleGpus.count() == 0, "there is a GPU, which rounds otherwise");
        ModelArtifact artifact = TestModels.write(root, "v1", SHAPE, 4, 1);

        try (EmbeddingModel auto = EmbeddingModel.load(artifact);
                EmbeddingModel pinned = EmbeddingModel.loadUnchecked(artifact, new ComputeDevice.Gpu(1))) {
            assertThat(pinned.embed(images())).isDeepEqualTo(auto.embed(images()));
        }
    }

    @Test
    void shouldPinEveryNodeAndRemoveTheCopy() {
        ModelArtifact artifact = TestModels.write(root, "v1", SHAPE, 4, 1);
        Path folder;

        try (PinnedGraph graph = PinnedGraph.of(artifact, new ComputeDevice.Gpu(1))) {
            folder = graph.folder();
            SavedModel copy = GraphPolicy.read(new ModelArtifact(folder, artifact.descriptor(), "none"));
            assertThat(copy.getMetaGraphs(0).getGraphDef().getNodeList())
                    .isNotEmpty()
                    .allMatch(node -> node.getDevice().equals("/device:GPU:1"));
        }

        assertThat(folder).doesNotExist();
        assertThat(artifact.directory()).exists();
    }

    @Test
    void shouldPinTheNodesOfFunctionsToo() {
        SavedModel model = SavedModel.newBuilder()
                .addMetaGraphs(MetaGraphDef.newBuilder()
                        .setGraphDef(GraphDef.newBuilder()
                                .setLibrary(FunctionDefLibrary.newBuilder()
                                        .addFunction(FunctionDef.newBuilder()
                                                .addNodeDef(NodeDef.newBuilder().setName("inside"))))))
                .build();

        SavedModel pinned = PinnedGraph.pin(model, "/device:GPU:0");

        assertThat(pinned.getMetaGraphs(0)
                        .getGraphDef()
                        .getLibrary()
                        .getFunction(0)
                        .getNodeDef(0)
                        .getDevice())
                .isEqualTo("/device:GPU:0");
    }

    private static List<byte[]> images() {
        Random random = new Random(1);
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            byte[] image = new byte[SHAPE.bytes()];
            random.nextBytes(image);
            images.add(image);
        }
        return images;
    }
}
