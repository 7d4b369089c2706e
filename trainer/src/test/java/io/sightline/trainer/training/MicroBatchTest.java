package io.sightline.trainer.training;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.trainer.losses.MultiSimilarity;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.Backbones;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Normalisation;
import io.sightline.trainer.nets.ResNet;
import io.sightline.trainer.nets.VisionTransformer;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.replay.ReplaySnapshot;
import io.sightline.trainer.training.FineTuning.BatchNorm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.RewriterConfig;

class MicroBatchTest {

    private static final int SIDE = 32;
    private static final int STEPS = 3;
    private static final BackboneNet NET = net(new ResNet("resnet-1-1-w8", List.of(1, 1), 8));

    @TempDir
    Path directory;

    static Stream<Arguments> kinds() {
        return Stream.of(
                Arguments.of("see", settings()),
                Arguments.of("a loss without proxies", settings().with(draft -> draft.loss = MultiSimilarity.DEFAULT)),
                Arguments.of("tied to another network", settings().with(draft -> draft.tie = 2)),
                Arguments.of(
                        "mixed precision",
                        // Where the device has it: with the same loss scale on both ways.
                        settings().with(draft -> draft.precision = Precision.MIXED)),
                Arguments.of("averaged", settings().with(draft -> draft.averaging = 0.9)),
                Arguments.of(
                        "the head first",
                        settings().with(draft -> draft.fineTuning = new FineTuning(0.5, 1, 1, BatchNorm.FROZEN))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void shouldTrainAsWithTheWholeBatchAtOnce(String kind, TrainingSettings whole) {
        // 12 images: two parts of 5 and one of 2.
        TrainingSettings inParts = whole.with(draft -> draft.microBatch = 5);
        Trained expected = train(whole);
        Trained actual = train(inParts);
        double tolerance = whole.precision() == Precision.MIXED ? 0.2 : 1e-3;

        assertThat(actual.losses()).hasSize(STEPS);
        for (int i = 0; i < STEPS; i++) {
            assertThat(actual.losses().get(i)).isCloseTo(expected.losses().get(i), within(tolerance));
        }
        expected.moments()
                .forEach((name, moments) -> assertThat(distance(
                                moments, requireNonNull(actual.moments().get(name))))
                        .as(name)
                        .isLessThan(tolerance * (tolerance + norm(moments))));
    }

    @Test
    void shouldGoOnToTheBit() {
        TrainingSettings settings = settings().with(draft -> draft.microBatch = 4);
        Path file = directory.resolve("checkpoint");
        Map<String, HostTensor> through;
        try (SeeTrainer trainer = SeeTrainer.create(NET, settings)) {
            trainer.step(content(), 1);
            trainer.checkpoint(Checkpoint.Cursor.START).write(file);
            trainer.step(content(), 1);
            through = trainer.checkpoint(Checkpoint.Cursor.START).tensors();
        }
        try (SeeTrainer resumed = SeeTrainer.restore(NET, settings, Checkpoint.read(file))) {
            resumed.step(content(), 1);
            resumed.checkpoint(Checkpoint.Cursor.START)
                    .tensors()
                    .forEach((name, tensor) -> assertThat(tensor.values())
                            .as(name)
                            .isEqualTo(requireNonNull(through.get(name)).values()));
        }
    }

    @Test
    void shouldObserveTheStatisticsOfEachPart() {
        // The mean moves a tenth of the way to that of a batch: once for the whole, three times for three parts.
        float[] whole = meanAfterAStep(12);
        float[] inParts = meanAfterAStep(4);
        int largest = 0;
        for (int i = 0; i < whole.length; i++) {
            largest = Math.abs(whole[i]) > Math.abs(whole[largest]) ? i : largest;
        }
        assertThat(inParts[largest] / whole[largest]).isBetween(2.4f, 3.0f);
    }

    private static float[] meanAfterAStep(int microBatch) {
        TrainingSettings settings = settings().with(draft -> {
            draft.microBatch = microBatch;
            draft.fineTuning = new FineTuning(1, 1, 0, BatchNorm.RUNNING);
        });
        try (SeeTrainer trainer = SeeTrainer.create(NET, settings)) {
            trainer.step(content(), 1);
            return mean(trainer);
        }
    }

    @Test
    void shouldMixInEachPartWhatLiesSideBySide() {
        List<String> classes = List.of("a", "a", "a", "b", "b", "b", "c", "c", "c", "d", "d", "d");
        List<String> dealt = BatchSampler.dealt(classes, 4);
        assertThat(dealt).containsExactlyInAnyOrderElementsOf(classes);
        for (int part = 0; part < 3; part++) {
            assertThat(dealt.subList(4 * part, 4 * part + 4)).containsExactlyInAnyOrder("a", "b", "c", "d");
        }
    }

    @Test
    void shouldTakeTheWholeBatchAtOnceWhereItIsNoLargerThanAPart() {
        assertThat(settings().with(draft -> draft.microBatch = 12).isInParts()).isFalse();
        assertThat(settings().with(draft -> draft.microBatch = 11).isInParts()).isTrue();
    }

    @Test
    void shouldAskTheDeviceForMixedPrecision() {
        assertThat(Precision.FLOAT32.session(1).hasGraphOptions()).isFalse();
        RewriterConfig rewriting = Precision.MIXED.session(1).getGraphOptions().getRewriteOptions();
        assertThat(rewriting.getAutoMixedPrecision()).isEqualTo(RewriterConfig.Toggle.ON);
        assertThat(rewriting.getAutoMixedPrecisionOnednnBfloat16()).isEqualTo(RewriterConfig.Toggle.ON);
    }

    @Test
    void shouldLearnInMixedPrecision() {
        TrainingSettings mixed = settings().with(draft -> draft.precision = Precision.MIXED);
        Trained exact = train(settings());
        Trained coarse = train(mixed);
        for (int i = 0; i < STEPS; i++) {
            assertThat(coarse.losses().get(i)).isCloseTo(exact.losses().get(i), within(0.5));
        }
        exact.moments()
                .forEach((name, moments) -> assertThat(distance(
                                moments, requireNonNull(coarse.moments().get(name))))
                        .as(name)
                        .isLessThan(0.5 * (1e-2 + norm(moments))));
    }

    @Test
    void shouldLearnLessTheDeeperTheLayer() {
        BackboneNet net = net(Backbones.named("vit-p8-d16-l2-h2"));
        TrainingSettings settings =
                settings().with(draft -> draft.fineTuning = new FineTuning(1, 0.1, 0, BatchNorm.FROZEN));
        try (SeeTrainer trainer = SeeTrainer.create(net, settings)) {
            Map<String, HostTensor> before = trainer.weights();
            trainer.step(content(), 1);
            Map<String, HostTensor> after = trainer.weights();
            // Adam's first step is as long as the learning rate.
            assertThat(longest(before, after, "embedding.kernel")).isCloseTo(3e-3, within(1e-4));
            assertThat(longest(before, after, "norm.weight")).isCloseTo(3e-3, within(1e-4));
            assertThat(longest(before, after, "blocks.1.mlp.fc1.weight")).isCloseTo(3e-4, within(1e-5));
            assertThat(longest(before, after, "blocks.0.mlp.fc1.weight")).isCloseTo(3e-5, within(1e-6));
            assertThat(longest(before, after, "patch_embed.proj.weight")).isCloseTo(3e-6, within(1e-7));
        }
    }

    @Test
    void shouldCountTheLayersAboveAWeight() {
        assertThat(ResNet.RESNET50.layersAbove("layer4.2.conv3.weight")).isZero();
        assertThat(ResNet.RESNET50.layersAbove("layer4.0.downsample.0.weight")).isEqualTo(2);
        assertThat(ResNet.RESNET50.layersAbove("layer1.0.bn1.weight")).isEqualTo(15);
        assertThat(ResNet.RESNET50.layersAbove("conv1.weight")).isEqualTo(16);
        assertThat(VisionTransformer.small(16).layersAbove("blocks.11.norm1.bias"))
                .isEqualTo(1);
        assertThat(VisionTransformer.small(16).layersAbove("pos_embed")).isEqualTo(13);
        assertThat(Backbones.named("mobilenet_v1_050").layersAbove("26.pointwise.bias"))
                .isZero();
        assertThat(Backbones.named("mobilenet_v1_050").layersAbove("25.depthwise.bias"))
                .isZero();
        assertThat(Backbones.named("mobilenet_v1_050").layersAbove("00.conv.weight"))
                .isEqualTo(13);
    }

    @Test
    void shouldPlanLessMemoryForSmallerParts() {
        BackboneNet net = net(ResNet.RESNET50);
        MemoryPlan whole = MemoryPlan.of(net, settings());
        MemoryPlan inParts = MemoryPlan.of(net, settings().with(draft -> draft.microBatch = 3));
        MemoryPlan frozen = MemoryPlan.of(
                net, settings().with(draft -> draft.fineTuning = new FineTuning(0, 1, 0, BatchNorm.FROZEN)));

        // 4 numbers of 4 bytes for each trained weight, one for each statistic.
        long statistics = net.weights().stream()
                .filter(weight -> !weight.isTrained())
                .mapToLong(weight -> weight.shape().size())
                .sum();
        assertThat(whole.stateBytes()).isEqualTo(16 * (whole.weights() - statistics) + 4 * statistics);
        assertThat(whole.activationBytes()).isEqualTo(4 * inParts.activationBytes());
        assertThat(inParts.stateBytes()).isGreaterThan(whole.stateBytes());
        assertThat(frozen.peakBytes()).isLessThan(whole.peakBytes() / 3);
        assertThat(whole.toString()).contains("12 images at a time");
    }

    @Test
    void shouldRefuseNegativeParts() {
        assertThatThrownBy(() -> settings().with(draft -> draft.microBatch = -1))
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> new FineTuning(1, 0, 0, BatchNorm.FROZEN)).hasMessageContaining("layer decay");
    }

    private record Trained(List<Double> losses, Map<String, HostTensor> moments) {}

    private static Trained train(TrainingSettings settings) {
        List<Double> losses = new ArrayList<>();
        try (SeeTrainer trainer = SeeTrainer.create(NET, settings)) {
            if (settings.tie() > 0) {
                trainer.tieTo(MicroBatchTest::otherEmbeddings);
            }
            for (int i = 0; i < STEPS; i++) {
                losses.add(trainer.step(content(), 1).batchLoss());
            }
            Map<String, HostTensor> state =
                    trainer.checkpoint(Checkpoint.Cursor.START).tensors();
            state.keySet().removeIf(name -> !name.startsWith("adam.m."));
            return new Trained(losses, state);
        }
    }

    /** Another network: its embeddings follow from the image. */
    private static float[][] otherEmbeddings(List<byte[]> images) {
        float[][] vectors = new float[images.size()][16];
        for (int i = 0; i < vectors.length; i++) {
            vectors[i][Math.floorMod(Arrays.hashCode(images.get(i)), 16)] = 1;
        }
        return vectors;
    }

    private static float[] mean(SeeTrainer trainer) {
        return requireNonNull(trainer.weights().get("bn1.running_mean")).values();
    }

    private static double longest(Map<String, HostTensor> before, Map<String, HostTensor> after, String name) {
        float[] from = requireNonNull(before.get(name), name).values();
        float[] to = requireNonNull(after.get(name), name).values();
        double longest = 0;
        for (int i = 0; i < from.length; i++) {
            longest = Math.max(longest, Math.abs(to[i] - from[i]));
        }
        return longest;
    }

    private static double distance(HostTensor a, HostTensor b) {
        double sum = 0;
        for (int i = 0; i < a.values().length; i++) {
            sum += Math.pow(a.values()[i] - b.values()[i], 2);
        }
        return Math.sqrt(sum);
    }

    private static double norm(HostTensor tensor) {
        return distance(tensor, new HostTensor(tensor.shape(), new float[tensor.values().length]));
    }

    private static org.assertj.core.data.Offset<Double> within(double offset) {
        return org.assertj.core.data.Offset.offset(offset);
    }

    private static BackboneNet net(io.sightline.trainer.nets.Backbone backbone) {
        return new BackboneNet(backbone, Normalisation.IMAGENET, new Preprocessing(SIDE, 3, false), 16, Map.of());
    }

    private static TrainingSettings settings() {
        return TrainingSettings.defaults(new Augmentation(0, 0, 0, false), 5).with(draft -> {
            draft.classesPerBatch = 4;
            draft.imagesPerClass = 3;
            draft.fineTuning = new FineTuning(1, 1, 0, BatchNorm.FROZEN);
        });
    }

    private static ReplaySnapshot content() {
        List<ReplayItem> items = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            byte[] pixels = new byte[SIDE * SIDE * 3];
            Arrays.fill(pixels, (byte) (10 * (i % 4)));
            byte[] noise = new byte[pixels.length / 2];
            new Random(i).nextBytes(noise);
            System.arraycopy(noise, 0, pixels, 0, noise.length);
            items.add(new ReplayItem("image-" + i, "class-" + i % 4, 0, pixels));
        }
        return ReplaySnapshot.of(items, new HoldoutRule(0), Map.of());
    }
}
