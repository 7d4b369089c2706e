package io.sightline.trainer.training;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.GoldenBackbone;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Weight;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.replay.ReplaySnapshot;
import io.sightline.trainer.training.FineTuning.BatchNorm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FineTuningTest {

    private static final int SIDE = 32;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void shouldChangeEveryWeightThatIsTrained(GoldenBackbone golden) {
        BackboneNet net = golden.net(SIDE, 16);
        try (SeeTrainer trainer = SeeTrainer.create(net, settings(new FineTuning(1, 1, 0, BatchNorm.FROZEN)))) {
            Map<String, HostTensor> before = trainer.weights();
            trainer.step(content(net), 1);

            Map<String, HostTensor> after = trainer.weights();
            Set<String> trained = net.weights().stream()
                    .filter(Weight::isTrained)
                    .map(Weight::name)
                    .collect(Collectors.toSet());
            assertThat(changed(before, after)).isEqualTo(trained);
            after.values().forEach(tensor -> {
                for (float value : tensor.values()) {
                    assertThat(value).isFinite();
                }
            });
        }
    }

    @Test
    void shouldObserveTheStatisticsOfItsBatchesWhereTheseRun() {
        BackboneNet net = GoldenBackbone.RESNET.net(SIDE, 16);
        try (SeeTrainer trainer = SeeTrainer.create(net, settings(new FineTuning(1, 1, 0, BatchNorm.RUNNING)))) {
            Map<String, HostTensor> before = trainer.weights();
            trainer.step(content(net), 1);

            assertThat(changed(before, trainer.weights())).isEqualTo(before.keySet());
        }
    }

    @Test
    void shouldLeaveAFrozenBackboneAsItIs() {
        BackboneNet net = GoldenBackbone.VIT.net(SIDE, 16);
        try (SeeTrainer trainer = SeeTrainer.create(net, settings(new FineTuning(0, 1, 0, BatchNorm.FROZEN)))) {
            Map<String, HostTensor> before = trainer.weights();
            for (int i = 0; i < 3; i++) {
                trainer.step(content(net), 1);
            }

            assertThat(changed(before, trainer.weights()))
                    .containsExactlyInAnyOrder("embedding.kernel", "embedding.bias");
            assertThat(trainer.checkpoint(Checkpoint.Cursor.START).tensors())
                    .doesNotContainKey("adam.m.cls_token")
                    .containsKey("adam.m.embedding.kernel");
        }
    }

    @Test
    void shouldTrainTheHeadFirst() {
        BackboneNet net = GoldenBackbone.MOBILENET.net(SIDE, 16);
        FineTuning headFirst = new FineTuning(0.1, 1, 2, BatchNorm.FROZEN);
        try (SeeTrainer trainer = SeeTrainer.create(net, settings(headFirst))) {
            Map<String, HostTensor> before = trainer.weights();
            trainer.step(content(net), 1);
            trainer.step(content(net), 1);
            Map<String, HostTensor> warm = trainer.weights();
            assertThat(changed(before, warm)).containsExactlyInAnyOrder("embedding.kernel", "embedding.bias");
            Map<String, HostTensor> state =
                    trainer.checkpoint(Checkpoint.Cursor.START).tensors();
            assertThat(values(state, "adam.v.00.conv.weight")).containsOnly(0f);

            trainer.step(content(net), 1);
            assertThat(changed(warm, trainer.weights())).contains("00.conv.weight", "26.pointwise.weight");
            // Adam's first step is as long as the learning rate, whatever the gradient: its corrections must begin
            // anew.
            double longest = longestStep(warm, trainer.weights(), "26.pointwise.weight");
            assertThat(longest).isBetween(0.5 * 0.1 * 3e-3, 1.5 * 0.1 * 3e-3);
        }
    }

    @Test
    void shouldGoOnToTheBitFromTheMiddleOfTheWarmUp() {
        BackboneNet net = GoldenBackbone.MOBILENET.net(SIDE, 16);
        TrainingSettings settings = settings(new FineTuning(0.1, 1, 3, BatchNorm.FROZEN));
        Map<String, HostTensor> through;
        Path file = directory.resolve("checkpoint");
        try (SeeTrainer trainer = SeeTrainer.create(net, settings)) {
            trainer.step(content(net), 1);
            trainer.checkpoint(Checkpoint.Cursor.START).write(file);
            for (int i = 0; i < 4; i++) {
                trainer.step(content(net), 1);
            }
            through = trainer.weights();
        }
        try (SeeTrainer resumed = SeeTrainer.restore(net, settings, Checkpoint.read(file))) {
            for (int i = 0; i < 4; i++) {
                resumed.step(content(net), 1);
            }
            assertThat(changed(through, resumed.weights())).isEmpty();
        }
    }

    @Test
    void shouldRefuseSharesOutOfRange() {
        assertThatThrownBy(() -> new FineTuning(1.5, 1, 0, BatchNorm.FROZEN)).hasMessageContaining("1.5");
        assertThatThrownBy(() -> new FineTuning(0.1, 1, -1, BatchNorm.FROZEN)).hasMessageContaining("-1");
    }

    private static double longestStep(Map<String, HostTensor> before, Map<String, HostTensor> after, String name) {
        float[] from = values(before, name);
        float[] to = values(after, name);
        double longest = 0;
        for (int i = 0; i < from.length; i++) {
            longest = Math.max(longest, Math.abs(to[i] - from[i]));
        }
        return longest;
    }

    private static float[] values(Map<String, HostTensor> tensors, String name) {
        return requireNonNull(tensors.get(name), name).values();
    }

    private static Set<String> changed(Map<String, HostTensor> before, Map<String, HostTensor> after) {
        return before.keySet().stream()
                .filter(name -> !Arrays.equals(values(before, name), values(after, name)))
                .collect(Collectors.toSet());
    }

    private static TrainingSettings settings(FineTuning fineTuning) {
        return TrainingSettings.defaults(Augmentation.PHOTO, 5).with(draft -> {
            draft.classesPerBatch = 4;
            draft.imagesPerClass = 2;
            draft.fineTuning = fineTuning;
        });
    }

    private static ReplaySnapshot content(BackboneNet net) {
        List<ReplayItem> items = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            byte[] pixels = new byte[net.preprocessing().bytes()];
            new Random(i).nextBytes(pixels);
            items.add(new ReplayItem("image-" + i, "class-" + i % 4, 0, pixels));
        }
        return ReplaySnapshot.of(items, new HoldoutRule(0), Map.of());
    }
}
