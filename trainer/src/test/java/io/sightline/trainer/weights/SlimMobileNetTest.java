package io.sightline.trainer.weights;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.GoldenBackbone;
import io.sightline.trainer.nets.HeadlessNet;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Normalisation;
import io.sightline.trainer.publish.ServingGraph;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlimMobileNetTest {

    private static final long SEED = 11;
    private static final String ARCHITECTURE = "mobilenet_v1_050";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldFoldBatchNormsIntoTheGoldenNetwork(boolean hasScale) {
        Path prefix = write(hasScale, tensors -> {});

        for (GoldenBackbone.Case one : GoldenBackbone.MOBILENET.cases()) {
            HeadlessNet net = file(prefix, Normalisation.CENTRED).openHeadless(one.side(), Preprocessing.Crop.SQUARE);
            try (ServingGraph serving = new ServingGraph(net, net.pretrained())) {
                float[][] features = serving.embed(one.pixels());
                for (int i = 0; i < features.length; i++) {
                    double length = Math.sqrt(
                            Arrays.stream(one.features()[i]).map(f -> f * f).sum());
                    for (int k = 0; k < features[i].length; k++) {
                        assertThat((double) features[i][k]).isCloseTo(one.features()[i][k] / length, within(1e-4));
                    }
                }
            }
        }
    }

    @Test
    void shouldLeaveOutWhatOptimisersAveragesAndTheClassifierKept() {
        List<String> others = List.of(
                "global_step",
                "MobilenetV1/Conv2d_0/weights/RMSProp_1",
                "MobilenetV1/Conv2d_0/BatchNorm/beta/Adam",
                "MobilenetV1/Conv2d_0/BatchNorm/moving_mean/ExponentialMovingAverage",
                "MobilenetV1/Logits/Conv2d_1c_1x1/weights",
                "beta1_power");
        Path prefix = write(
                true,
                tensors -> others.forEach(name -> tensors.put(name, new HostTensor(new long[] {}, new float[1]))));
        BackboneNet net = file(prefix, null).open(64, 8);

        assertThat(net.describe()).isEqualTo("mobilenet_v1_050 on 64 x 64, half, d = 8");
        assertThat(SlimMobileNet.read(WeightSource.open(prefix), Layout.TENSORFLOW, net.weights())
                        .ignored())
                .containsExactlyInAnyOrderElementsOf(others);
    }

    @Test
    void shouldReportUnderSlimsNamesAllThatDoesNotFit() {
        Path prefix = write(true, tensors -> {
            tensors.remove("MobilenetV1/Conv2d_3_pointwise/weights");
            tensors.remove("MobilenetV1/Conv2d_13_depthwise/BatchNorm/moving_variance");
            tensors.put("MobilenetV1/Conv2d_0/weights", new HostTensor(new long[] {1}, new float[1]));
            tensors.put("MobilenetV1/Surplus/weights", new HostTensor(new long[] {1}, new float[1]));
            requireNonNull(tensors.get("MobilenetV1/Conv2d_1_depthwise/BatchNorm/beta"))
                            .values()[2] =
                    Float.POSITIVE_INFINITY;
        });

        assertThatThrownBy(() -> file(prefix, null).open(64, 8))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("slim.index: 5 tensors do not fit")
                .hasMessageContaining("missing: 'MobilenetV1/Conv2d_3_pointwise/weights' [1, 1, 64, 64]")
                .hasMessageContaining("missing: 'MobilenetV1/Conv2d_13_depthwise/BatchNorm/moving_variance' [512]")
                .hasMessageContaining("of another shape: 'MobilenetV1/Conv2d_0/weights' is [1], not [3, 3, 3, 16]")
                .hasMessageContaining("unexpected: 'MobilenetV1/Surplus/weights' [1]")
                .hasMessageContaining(
                        "tensor 'MobilenetV1/Conv2d_1_depthwise/BatchNorm/beta' holds Infinity at position 2");
    }

    @Test
    void shouldRefuseVariancesThatAreNone() {
        String name = "MobilenetV1/Conv2d_5_depthwise/BatchNorm/moving_variance";
        Path prefix = write(true, tensors -> requireNonNull(tensors.get(name)).values()[1] = -0.5f);

        assertThatThrownBy(() -> file(prefix, null).open(64, 8))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("slim.index: tensor '" + name + "' holds -0.5 at position 1");
    }

    @Test
    void shouldSayThatTheArchitectureHasToBeNamed() {
        Path prefix = write(true, tensors -> {});

        assertThatThrownBy(() -> new BackboneFile(prefix, null, null, null, null).open(64, 8))
                .hasMessageContaining("slim")
                .hasMessageContaining("--arch");
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadAnyNetworkUnderItsOwnNames(GoldenBackbone golden) {
        BackboneNet net = golden.net(64, 8);
        Path prefix = WrittenCheckpoint.write(directory.resolve("own"), net.pretrained());

        Map<String, HostTensor> read = PretrainedWeights.read(
                        WeightSource.open(prefix), Layout.TENSORFLOW, net.weights())
                .tensors();

        assertThat(read.keySet()).isEqualTo(net.pretrained().keySet());
        read.forEach((name, tensor) -> assertThat(tensor.values())
                .as(name)
                .containsExactly(requireNonNull(net.pretrained().get(name)).values()));
    }

    private static BackboneFile file(Path prefix, @Nullable Normalisation normalisation) {
        return new BackboneFile(prefix, ARCHITECTURE, null, normalisation, null);
    }

    private Path write(boolean hasScale, Consumer<Map<String, HostTensor>> change) {
        Map<String, HostTensor> tensors = unfolded(hasScale);
        change.accept(tensors);
        return WrittenCheckpoint.write(directory.resolve("slim"), tensors);
    }

    /** The golden network with batch norms drawn at random, and kernels that make up for them. */
    private static Map<String, HostTensor> unfolded(boolean hasScale) {
        Map<String, HostTensor> folded = GoldenBackbone.MOBILENET.net(64, 8).pretrained();
        Map<String, HostTensor> unfolded = new LinkedHashMap<>();
        SplittableRandom random = new SplittableRandom(SEED);
        unfold(folded, "00.conv", "Conv2d_0", "weights", random, hasScale, unfolded);
        for (int pair = 1; pair <= 13; pair++) {
            String depthwise = String.format(Locale.ROOT, "%02d.depthwise", 2 * pair - 1);
            String pointwise = String.format(Locale.ROOT, "%02d.pointwise", 2 * pair);
            String scope = "Conv2d_" + pair;
            unfold(folded, depthwise, scope + "_depthwise", "depthwise_weights", random, hasScale, unfolded);
            unfold(folded, pointwise, scope + "_pointwise", "weights", random, hasScale, unfolded);
        }
        return unfolded;
    }

    private static void unfold(
            Map<String, HostTensor> folded,
            String ours,
            String scope,
            String kernelName,
            SplittableRandom random,
            boolean hasScale,
            Map<String, HostTensor> unfolded) {
        HostTensor kernel = requireNonNull(folded.get(ours + ".weight"));
        float[] bias = requireNonNull(folded.get(ours + ".bias")).values();
        float[] values = kernel.values().clone();
        float[] gamma = new float[bias.length];
        float[] beta = new float[bias.length];
        float[] mean = new float[bias.length];
        float[] variance = new float[bias.length];
        for (int c = 0; c < bias.length; c++) {
            gamma[c] = hasScale ? (float) (random.nextBoolean() ? 1 : -1) * (float) random.nextDouble(0.5, 2) : 1;
            mean[c] = (float) random.nextGaussian();
            variance[c] = (float) random.nextDouble(1e-4, 2);
            double factor = gamma[c] / Math.sqrt(variance[c] + 1e-3);
            beta[c] = (float) (bias[c] + mean[c] * factor);
            for (int i = c; i < values.length; i += bias.length) {
                values[i] /= (float) factor;
            }
        }
        String norm = "MobilenetV1/" + scope + "/BatchNorm/";
        long[] shape = {bias.length};
        unfolded.put("MobilenetV1/" + scope + "/" + kernelName, new HostTensor(kernel.shape(), values));
        if (hasScale) {
            unfolded.put(norm + "gamma", new HostTensor(shape, gamma));
        }
        unfolded.put(norm + "beta", new HostTensor(shape, beta));
        unfolded.put(norm + "moving_mean", new HostTensor(shape, mean));
        unfolded.put(norm + "moving_variance", new HostTensor(shape, variance));
    }
}
