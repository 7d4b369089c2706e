package io.sightline.trainer.weights;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.GoldenBackbone;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Weight;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.SeeTrainer;
import io.sightline.trainer.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PretrainedWeightsTest {

    private static final int SIDE = 64;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void shouldWriteBackBitForBitWhatNoStepHasChanged(GoldenBackbone golden) throws IOException {
        BackboneNet net = golden.net(SIDE, 16);
        Path written = directory.resolve("out.safetensors");
        try (SeeTrainer trainer = SeeTrainer.create(net, TrainingSettings.defaults(Augmentation.PHOTO, 1))) {
            PretrainedWeights.write(
                    written, golden.layout(), golden.open().metadata(), backbone(net), trainer.weights());
        }

        Safetensors before = golden.open();
        Safetensors after = Safetensors.open(written);
        assertThat(after.names()).containsExactlyInAnyOrderElementsOf(before.names());
        assertThat(after.metadata()).isEqualTo(before.metadata());
        for (String name : before.names()) {
            assertThat(after.shape(name)).containsExactly(before.shape(name));
            assertThat(after.read(name).values())
                    .containsExactly(before.read(name).values());
        }
        assertThat(data(written)).isEqualTo(data(golden.path()));
    }

    @Test
    void shouldReportAllThatDoesNotFitAtOnce() {
        Path file = changed(tensors -> {
            tensors.remove("bn1.bias");
            tensors.put("conv1.weight", new HostTensor(new long[] {8, 3, 3, 3}, new float[216]));
            tensors.put("surplus.weight", new HostTensor(new long[] {1}, new float[1]));
            tensors.put(
                    "layer1.0.bn1.weight",
                    new HostTensor(new long[] {8}, new float[] {0, 0, Float.NaN, 0, 0, 0, 0, 0}));
            return tensors;
        });

        assertThatThrownBy(() -> read(file))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("changed.safetensors: 4 tensors do not fit")
                .hasMessageContaining("missing: 'bn1.bias' [8]")
                .hasMessageContaining("of another shape: 'conv1.weight' is [8, 3, 3, 3], not [8, 3, 7, 7]")
                .hasMessageContaining("unexpected: 'surplus.weight' [1]")
                .hasMessageContaining("tensor 'layer1.0.bn1.weight' holds NaN at position 2");
    }

    @Test
    void shouldLeaveOutTheClassifierAndCounters() {
        Path file = changed(tensors -> {
            tensors.put("fc.weight", new HostTensor(new long[] {2, 256}, new float[512]));
            tensors.put("fc.bias", new HostTensor(new long[] {2}, new float[2]));
            tensors.put("bn1.num_batches_tracked", new HostTensor(new long[] {}, new float[1]));
            return tensors;
        });

        assertThat(read(file).ignored()).containsExactlyInAnyOrder("fc.weight", "fc.bias", "bn1.num_batches_tracked");
    }

    @Test
    void shouldResizePositionEmbeddings() {
        BackboneNet larger = GoldenBackbone.VIT.bare(96, 16);

        HostTensor before = GoldenBackbone.VIT.open().read("pos_embed");
        Map<String, HostTensor> read = PretrainedWeights.read(
                        GoldenBackbone.VIT.open(), Layout.PYTORCH, larger.weights())
                .tensors();
        HostTensor after = requireNonNull(read.get("pos_embed"));

        assertThat(after.shape()).containsExactly(1, 37, 48);
        assertThat(Arrays.copyOf(after.values(), 48)).containsExactly(Arrays.copyOf(before.values(), 48));
        // The filter's weights add up to one, so that means stay about the same.
        assertThat(mean(after)).isCloseTo(mean(before), within(0.01));
    }

    @Test
    void shouldResizeAPlaneWithoutBendingIt() {
        float[] plane = new float[1 + 256];
        for (int i = 0; i < 256; i++) {
            plane[1 + i] = i / 16 + 10 * (i % 16);
        }

        HostTensor smaller =
                PositionEmbeddings.resize(new HostTensor(new long[] {1, 257, 1}, plane), new long[] {1, 65, 1});

        // Where the filter does not reach beyond the edge.
        for (int row = 2; row < 6; row++) {
            for (int column = 2; column < 6; column++) {
                assertThat((double) smaller.values()[1 + 8 * row + column])
                        .isCloseTo(2 * row + 0.5 + 10 * (2 * column + 0.5), within(1e-4));
            }
        }
    }

    private static double mean(HostTensor tensor) {
        double sum = 0;
        for (float value : tensor.values()) {
            sum += value;
        }
        return sum / tensor.values().length;
    }

    private static List<Weight> backbone(BackboneNet net) {
        Map<String, Weight> byName = new LinkedHashMap<>();
        net.weights().forEach(weight -> byName.put(weight.name(), weight));
        byName.keySet().removeIf(name -> name.startsWith(BackboneNet.HEAD));
        return List.copyOf(byName.values());
    }

    private static PretrainedWeights read(Path file) {
        return PretrainedWeights.read(
                Safetensors.open(file),
                Layout.PYTORCH,
                GoldenBackbone.RESNET.bare(SIDE, 16).weights());
    }

    private Path changed(UnaryOperator<Map<String, HostTensor>> change) {
        Safetensors before = GoldenBackbone.RESNET.open();
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        before.names().forEach(name -> tensors.put(name, before.read(name)));
        Path file = directory.resolve("changed.safetensors");
        Safetensors.write(file, before.metadata(), change.apply(tensors));
        return file;
    }

    /** What comes behind the header. */
    private static byte[] data(Path file) throws IOException {
        byte[] all = Files.readAllBytes(file);
        int header = 8
                + java.nio.ByteBuffer.wrap(all)
                        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                        .getInt();
        return Arrays.copyOfRange(all, header, all.length);
    }
}
