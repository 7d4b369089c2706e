package io.sightline.trainer.publish;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ArtifactWriter;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.nets.Backbone;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.Backbones;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Normalisation;
import io.sightline.trainer.nets.VisionTransformer;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.SeeTrainer;
import io.sightline.trainer.training.TrainingSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PublishedNetTest {

    @TempDir
    Path directory;

    static Stream<EmbeddingNet> nets() {
        VisionTransformer transformer = (VisionTransformer) Backbones.named("vit-p8-d16-l1-h2");
        return Stream.of(
                new ConvNet(Preprocessing.DRAWING, List.of(4, 8), 16),
                new ConvNet(new Preprocessing(16, 3, false), List.of(4), 12, ConvNet.Readout.AVERAGE),
                new ConvNet(new Preprocessing(16, 3, false, Preprocessing.Crop.CENTRE), List.of(4), 12),
                net(Backbones.named("resnet-1-1-w8")),
                new BackboneNet(
                        transformer,
                        Normalisation.CLIP,
                        new Preprocessing(32, 3, false, Preprocessing.Crop.CENTRE),
                        16,
                        Map.of()),
                net(Backbones.named("mobilenet_v1_025")),
                net(transformer),
                net(transformer.with(VisionTransformer.Pooling.MEAN)));
    }

    @ParameterizedTest
    @MethodSource("nets")
    void shouldBuildTheNetworkOfAVersionAnew(EmbeddingNet net) {
        Map<String, HostTensor> weights = weights(net);
        ModelArtifact artifact = write(net, weights);

        EmbeddingNet again = PublishedNet.of(artifact);

        assertThat(again.describe()).isEqualTo(net.describe());
        assertThat(again.preprocessing()).isEqualTo(net.preprocessing());
        assertThat(again.pretrained().keySet()).isEqualTo(weights.keySet());
        // What it starts with is what it was published with, the head too.
        weights(again)
                .forEach((name, tensor) -> assertThat(tensor.values())
                        .as(name)
                        .isEqualTo(requireNonNull(weights.get(name)).values()));
    }

    @Test
    void shouldSayWhichNetworkItDoesNotKnow() {
        ModelArtifact artifact = write(new Strange(), weights(new Strange()));

        assertThatThrownBy(() -> PublishedNet.of(artifact))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContaining("'something strange'")
                .hasMessageContaining("--backbone");
    }

    @Test
    void shouldTryANetworkBeforeAnybodySeesIt() {
        EmbeddingNet net = net(Backbones.named("resnet-1-1-w8"));
        Map<String, HostTensor> weights = weights(net);
        try (ServingGraph serving = new ServingGraph(net, weights)) {
            assertThat(SelfTest.of(serving).largestCosine()).isLessThan(1);
        }
        HostTensor kernel = requireNonNull(weights.get("embedding.kernel"));
        weights.put("embedding.kernel", new HostTensor(kernel.shape(), new float[kernel.values().length]));
        try (ServingGraph dead = new ServingGraph(net, weights)) {
            assertThatThrownBy(() -> SelfTest.of(dead))
                    .isInstanceOf(ArtifactException.class)
                    .hasMessageContaining(net.describe());
        }
    }

    private ModelArtifact write(EmbeddingNet net, Map<String, HostTensor> weights) {
        try (ServingGraph serving = new ServingGraph(net, weights)) {
            return serving.write(new ArtifactWriter(directory), "v1");
        }
    }

    private static Map<String, HostTensor> weights(EmbeddingNet net) {
        TrainingSettings settings = TrainingSettings.defaults(Augmentation.PHOTO, 3)
                .with(draft -> draft.seed = net.pretrained().isEmpty() ? 3 : 4);
        try (SeeTrainer trainer = SeeTrainer.create(net, settings)) {
            return trainer.weights();
        }
    }

    private static BackboneNet net(Backbone backbone) {
        return new BackboneNet(backbone, Normalisation.HALF, new Preprocessing(32, 3, false), 16, Map.of());
    }

    /** A network of other words. */
    private record Strange(ConvNet net) implements EmbeddingNet {
        Strange() {
            this(new ConvNet(Preprocessing.DRAWING, List.of(4), 16));
        }

        @Override
        public Preprocessing preprocessing() {
            return net.preprocessing();
        }

        @Override
        public int dimensions() {
            return net.dimensions();
        }

        @Override
        public String describe() {
            return "something strange";
        }

        @Override
        public org.tensorflow.Operand<org.tensorflow.types.TFloat32> build(
                org.tensorflow.op.Ops tf,
                org.tensorflow.Operand<org.tensorflow.types.TUint8> image,
                io.sightline.trainer.nets.Weights weights) {
            return net.build(tf, image, weights);
        }
    }
}
