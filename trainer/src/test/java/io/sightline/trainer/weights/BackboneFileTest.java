package io.sightline.trainer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.GoldenBackbone;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Normalisation;
import io.sightline.trainer.nets.VisionTransformer.Pooling;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackboneFileTest {

    @TempDir
    Path directory;

    @Test
    void shouldTakeFromTheFileWhatIsLeftOpen() {
        BackboneNet net = new BackboneFile(GoldenBackbone.MOBILENET.path(), null, null, null, null).open(null, 16);

        assertThat(net.describe()).isEqualTo("mobilenet_v1_050 on 96 x 96, centred, d = 16");
        assertThat(net.pretrained()).containsKey("00.conv.weight").doesNotContainKey("embedding.kernel");
    }

    @Test
    void shouldTakeWhatIsSaid() {
        BackboneNet net = new BackboneFile(
                        GoldenBackbone.VIT.path(),
                        "vit-p16-d48-l3-h3",
                        Layout.PYTORCH,
                        Normalisation.HALF,
                        Pooling.MEAN)
                .open(64, 8);

        assertThat(net.describe()).isEqualTo("vit-p16-d48-l3-h3 on 64 x 64, half, mean of tokens, d = 8");
    }

    @Test
    void shouldLeaveAHeadOutThatIsNotWanted() {
        BackboneNet net = GoldenBackbone.RESNET.net(64, 8);
        Map<String, HostTensor> tensors = new LinkedHashMap<>(net.pretrained());
        net.weights().forEach(weight -> tensors.putIfAbsent(weight.name(), HostTensor.zeros(weight.shape())));
        Path file = directory.resolve("with-head.safetensors");
        PretrainedWeights.write(
                file, Layout.PYTORCH, Map.of("architecture", "resnet-1-2-1-1-w8"), net.weights(), tensors);
        BackboneFile read = new BackboneFile(file, null, null, null, null);

        assertThat(read.openHeadless(64, Preprocessing.Crop.SQUARE).describe())
                .isEqualTo("resnet-1-2-1-1-w8 on 64 x 64, imagenet, its 256 features");
        assertThat(read.openHeadless(64, Preprocessing.Crop.CENTRE).describe())
                .isEqualTo("resnet-1-2-1-1-w8 on 64 x 64 (centre of 73), imagenet, its 256 features");
        assertThat(read.open(64, 8).pretrained()).containsKey("embedding.kernel");
        assertThatThrownBy(() -> read.open(64, 16))
                .hasMessageContaining("'embedding.kernel' is [8, 256], not [16, 256]");
    }

    @Test
    void shouldSayWhatHasToBeSaid() {
        assertThatThrownBy(() -> new BackboneFile(GoldenBackbone.VIT.path(), null, null, null, null).open(64, 8))
                .hasMessageContaining("--arch")
                .hasMessageContaining("vit_small_patch16");
        assertThatThrownBy(() -> new BackboneFile(GoldenBackbone.VIT.path(), "alexnet", null, null, null).open(64, 8))
                .hasMessageContaining("'alexnet'")
                .hasMessageContaining("resnet50");
        assertThatThrownBy(() ->
                        new BackboneFile(GoldenBackbone.VIT.path(), "vit-p16-d48-l3-h3", null, null, null).open(64, 8))
                .hasMessageContaining("--normalise half");
        assertThatThrownBy(() -> new BackboneFile(
                                GoldenBackbone.RESNET.path(), "resnet-1-2-1-1-w8", null, null, Pooling.MEAN)
                        .open(64, 8))
                .hasMessageContaining("--pooling");

        Path silent = directory.resolve("silent.safetensors");
        Safetensors.write(silent, Map.of(), Map.of("x", new HostTensor(new long[] {1}, new float[1])));
        assertThatThrownBy(() -> new BackboneFile(silent, "resnet50", null, null, null).open(64, 8))
                .hasMessageContaining("silent.safetensors")
                .hasMessageContaining("--layout");
    }

    @Test
    void shouldNameWhatDoesNotFitAnotherArchitecture() {
        assertThatThrownBy(
                        () -> new BackboneFile(GoldenBackbone.RESNET.path(), "resnet50", null, null, null).open(64, 8))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("'layer1.1.conv1.weight'")
                .hasMessageContaining("'conv1.weight' is [8, 3, 7, 7], not [64, 3, 7, 7]");
    }
}
