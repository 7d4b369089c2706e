package io.sightline.trainer.foreign;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Weight;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.replay.ReplaySnapshot;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.FineTuning;
import io.sightline.trainer.training.FineTuning.BatchNorm;
import io.sightline.trainer.training.SeeTrainer;
import io.sightline.trainer.training.TrainingSettings;
import io.sightline.trainer.weights.BackboneFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;

class ForeignTrainingTest {

    private static final int SIDE = 12;
    private static final int IMAGES = 16;

    @TempDir
    Path directory;

    @Test
    void shouldTrainHeadAndVariablesAndLeaveStatisticsAsTheyAre() throws IOException {
        Path folder = new ForeignExport(DataType.DT_UINT8, -1).write(directory, graph -> {});
        BackboneNet net = new BackboneFile(folder, null, null, null, null).open(SIDE, 16);
        TrainingSettings settings = TrainingSettings.defaults(Augmentation.PHOTO, 5)
                .with(draft -> {
                    draft.classesPerBatch = 4;
                    draft.imagesPerClass = 2;
                    draft.fineTuning = new FineTuning(1, 1, 0, BatchNorm.RUNNING);
                });
        try (SeeTrainer trainer = SeeTrainer.create(net, settings)) {
            Map<String, HostTensor> before = trainer.weights();
            trainer.step(content(), 1);
            Map<String, HostTensor> after = trainer.weights();

            Set<String> changed = before.keySet().stream()
                    .filter(name -> !Arrays.equals(values(before, name), values(after, name)))
                    .collect(Collectors.toSet());
            assertThat(changed)
                    .isEqualTo(net.weights().stream()
                            .filter(Weight::isTrained)
                            .map(Weight::name)
                            .collect(Collectors.toSet()))
                    .contains("backbone.stem.kernel", "embedding.kernel")
                    .doesNotContain("backbone.stem_bn.moving_mean");
            assertThat(values(before, "backbone.stem.kernel"))
                    .containsExactly(values(net.pretrained(), "backbone.stem.kernel"));
        }
    }

    /** Among them is one through IdentityN, with which Python gives functions gradients of their own. */
    @Test
    void shouldHaveTheGradientsThatDifferencesShow() throws IOException {
        ForeignExport export = new ForeignExport(DataType.DT_FLOAT, -1);
        ForeignModel model = ForeignModel.open(export.write(directory, graph -> {}));
        SplittableRandom random = new SplittableRandom(6);
        float[] pixels = new float[IMAGES * SIDE * SIDE * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextDouble(-1, 1);
        }
        Map<String, Placeholder<TFloat32>> fed = new HashMap<>();
        try (Graph graph = new Graph();
                Session session = new Session(graph)) {
            Ops tf = Ops.create(graph);
            Operand<TFloat32> features =
                    model.build(tf, tf.constant(Shape.of(IMAGES, SIDE, SIDE, 3), DataBuffers.of(pixels)), variable -> {
                        Placeholder<TFloat32> weight =
                                tf.placeholder(TFloat32.class, Placeholder.shape(variable.shape()));
                        fed.put(variable.name(), weight);
                        return weight;
                    });
            Operand<TFloat32> loss = tf.math.mean(tf.math.square(features), tf.constant(new int[] {0, 1}));
            for (ForeignVariable variable : model.variables()) {
                if (variable.isTrained()) {
                    Output<?> gradient = graph.addGradients(loss.asOutput(), new Output<?>[] {
                        requireNonNull(fed.get(variable.name())).asOutput()
                    })[0];
                    float[] gradients = run(session, fed, export.variables, gradient);
                    int at = random.nextInt(gradients.length);
                    double difference = (shifted(session, fed, export, variable.name(), at, 1e-2f, loss)
                                    - shifted(session, fed, export, variable.name(), at, -1e-2f, loss))
                            / 2e-2;
                    assertThat((double) gradients[at])
                            .as(variable.name())
                            .isCloseTo(difference, within(2e-3 + 0.02 * Math.abs(difference)));
                }
            }
        }
    }

    private static double shifted(
            Session session,
            Map<String, Placeholder<TFloat32>> fed,
            ForeignExport export,
            String name,
            int at,
            float by,
            Operand<TFloat32> loss) {
        Map<String, HostTensor> values = new HashMap<>(export.variables);
        HostTensor before = requireNonNull(values.get(name));
        float[] after = before.values().clone();
        after[at] += by;
        values.put(name, new HostTensor(before.shape(), after));
        return run(session, fed, values, loss.asOutput())[0];
    }

    private static float[] run(
            Session session, Map<String, Placeholder<TFloat32>> fed, Map<String, HostTensor> values, Output<?> wanted) {
        Session.Runner runner = session.runner().fetch(wanted);
        List<TFloat32> tensors = new ArrayList<>();
        fed.forEach((name, placeholder) -> {
            TFloat32 tensor = requireNonNull(values.get(name)).toTensor();
            tensors.add(tensor);
            runner.feed(placeholder, tensor);
        });
        try (Result result = runner.run()) {
            return HostTensor.copyOf(result.get(0)).values();
        } finally {
            tensors.forEach(TFloat32::close);
        }
    }

    private static float[] values(Map<String, HostTensor> tensors, String name) {
        return requireNonNull(tensors.get(name), name).values();
    }

    private static ReplaySnapshot content() {
        SplittableRandom random = new SplittableRandom(9);
        List<ReplayItem> items = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            byte[] pixels = new byte[SIDE * SIDE * 3];
            random.nextBytes(pixels);
            items.add(new ReplayItem("image-" + i, "class-" + i % 4, 0, pixels));
        }
        return ReplaySnapshot.of(items, new HoldoutRule(0), Map.of());
    }
}
