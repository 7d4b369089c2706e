package io.sightline.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.artifact.ArtifactWriter;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.trainer.losses.ProxyAnchor;
import io.sightline.trainer.losses.SoftTriple;
import io.sightline.trainer.losses.SupCon;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.publish.ServingGraph;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.replay.ReplaySnapshot;
import io.sightline.trainer.see.ExpansionSchedule;
import io.sightline.trainer.see.SeeSettings;
import java.nio.file.Files;
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

class SeeTrainerTest {

    private static final Preprocessing SHAPE = new Preprocessing(12, 1, true);
    private static final ConvNet NET = new ConvNet(SHAPE, List.of(4, 8), 16);

    @TempDir
    Path directory;

    @Test
    void shouldLearn() {
        ReplaySnapshot content = content(6, 8);
        try (SeeTrainer trainer = SeeTrainer.create(NET, settings())) {
            double first = trainer.step(content, 1).batchLoss();
            double last = first;
            for (int i = 0; i < 60; i++) {
                last = trainer.step(content, 1).batchLoss();
            }
            assertThat(last).isLessThan(0.7 * first);
            assertThat(trainer.classes()).isEqualTo(6);
        }
    }

    static Stream<Arguments> kinds() {
        return Stream.of(
                Arguments.of("see", settings()),
                Arguments.of("averaged", settings().with(draft -> draft.averaging = 0.9)),
                Arguments.of("quarter turns", settings().with(draft -> draft.quarterTurns = true)),
                Arguments.of("no proxies", settings().with(draft -> draft.loss = SupCon.DEFAULT)),
                Arguments.of("several proxies", settings().with(draft -> draft.loss = SoftTriple.DEFAULT)),
                Arguments.of("sub-proxies", settings().with(draft -> draft.loss = new ProxyAnchor(32, 0.1, 3))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void shouldGoOnFromACheckpointToTheBit(String kind, TrainingSettings settings) {
        ReplaySnapshot content = content(5, 6);
        Path file = directory.resolve("checkpoint.bin");
        Map<String, HostTensor> unbroken;
        try (SeeTrainer trainer = SeeTrainer.create(NET, settings)) {
            steps(trainer, content, 7);
            trainer.checkpoint(Checkpoint.Cursor.START).write(file);
            steps(trainer, content, 7);
            unbroken = trainer.checkpoint(Checkpoint.Cursor.START).tensors();
        }
        try (SeeTrainer resumed = SeeTrainer.restore(NET, settings, Checkpoint.read(file))) {
            assertThat(resumed.steps()).isEqualTo(7);
            steps(resumed, content, 7);

            Map<String, HostTensor> tensors =
                    resumed.checkpoint(Checkpoint.Cursor.START).tensors();
            assertThat(tensors.keySet()).isEqualTo(unbroken.keySet());
            tensors.forEach((name, tensor) -> assertThat(tensor.values())
                    .as(name)
                    .isEqualTo(
                            java.util.Objects.requireNonNull(unbroken.get(name)).values()));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void shouldLearnAndGrowItsTable(String kind, TrainingSettings settings) {
        try (SeeTrainer trainer = SeeTrainer.create(NET, settings)) {
            double first = trainer.step(content(8, 6), 1).batchLoss();
            steps(trainer, content(8, 6), 25);
            double last = trainer.step(content(8, 6), 1).batchLoss();
            int before = trainer.classes();
            int perLabel = before / 8;
            double grown = trainer.step(content(270, 2), 1).batchLoss();

            assertThat(last).isLessThan(first);
            assertThat(grown).isFinite();
            // Not all at once: training goes on meanwhile.
            assertThat(trainer.classes()).isBetween(before + 1, before + 64);
            while (trainer.classes() < 270 * perLabel) {
                int so = trainer.classes();
                assertThat(trainer.step(content(270, 2), 1).batchLoss()).isFinite();
                assertThat(trainer.classes()).isGreaterThan(so);
            }
        }
    }

    @Test
    void shouldRefuseACheckpointOfAnotherLoss() {
        Checkpoint checkpoint;
        try (SeeTrainer trainer = SeeTrainer.create(NET, settings())) {
            steps(trainer, content(5, 6), 1);
            checkpoint = trainer.checkpoint(Checkpoint.Cursor.START);
        }
        TrainingSettings other = settings().with(draft -> draft.loss = SoftTriple.DEFAULT);

        assertThatThrownBy(() -> SeeTrainer.restore(NET, other, checkpoint))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("see with 1 proxies a class")
                .hasMessageContaining("soft-triple with 10 proxies a class");
    }

    @Test
    void shouldStayCloserToAReferenceWhenTied() {
        ReplaySnapshot content = content(8, 6);
        double free = distanceAfterTraining(settings().with(draft -> draft.tie = 1e-9), content);
        double tied = distanceAfterTraining(settings().with(draft -> draft.tie = 50), content);

        assertThat(tied).as("free: %s", free).isLessThan(0.8 * free);
    }

    /** How far from a constant direction the embeddings are. */
    private static double distanceAfterTraining(TrainingSettings settings, ReplaySnapshot content) {
        try (SeeTrainer trainer = SeeTrainer.create(NET, settings)) {
            trainer.tieTo(pixels -> {
                float[][] rows = new float[pixels.size()][NET.dimensions()];
                for (float[] row : rows) {
                    row[0] = 1;
                }
                return rows;
            });
            steps(trainer, content, 30);
            return trainer.step(content, 1).tieDistance();
        }
    }

    @Test
    void shouldStopWhenTrainingDiverges() {
        try (SeeTrainer trainer =
                SeeTrainer.create(NET, settings().with(draft -> draft.loss = new ProxyAnchor(1000, 0.1, 1)))) {
            assertThatThrownBy(() -> steps(trainer, content(8, 6), 5))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("training diverged at step 1");
        }
    }

    @Test
    void shouldGiveTheSameNetworkForTheSameSeed() {
        ReplaySnapshot content = content(4, 6);
        List<float[]> kernels = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            try (SeeTrainer trainer = SeeTrainer.create(NET, settings())) {
                steps(trainer, content, 5);
                kernels.add(java.util.Objects.requireNonNull(trainer.weights().get("head.kernel"))
                        .values());
            }
        }
        assertThat(kernels.get(0)).isEqualTo(kernels.get(1));
    }

    @Test
    void shouldTakeInClassesThatJoinAndLetGoOfThoseThatLeave() {
        try (SeeTrainer trainer = SeeTrainer.create(NET, settings())) {
            steps(trainer, content(4, 4), 3);
            int row = row(trainer, "class-2");
            float[] before = proxy(trainer, row);

            steps(trainer, content(300, 2), 20);
            assertThat(trainer.classes()).isEqualTo(300);
            assertThat(row(trainer, "class-2")).isEqualTo(row);
            assertThat(proxy(trainer, row)).isNotEqualTo(before);

            steps(trainer, content(3, 4), 1);
            assertThat(trainer.classes()).isEqualTo(3);
        }
    }

    @Test
    void shouldStartFirstProxiesAtRandomAndThoseThatJoinAtTheirClassMean() {
        TrainingSettings means = settings().with(draft -> draft.proxyStart = TrainingSettings.ProxyStart.CLASS_MEAN);
        try (SeeTrainer standard = SeeTrainer.create(NET, settings());
                SeeTrainer byMeans = SeeTrainer.create(NET, means)) {
            for (SeeTrainer trainer : List.of(standard, byMeans)) {
                trainer.step(content(4, 4), 0);
                trainer.step(content(8, 4), 0);
            }
            for (int k = 0; k < 8; k++) {
                float[] start = proxy(standard, row(standard, "class-" + k));
                float[] mean = proxy(byMeans, row(byMeans, "class-" + k));
                if (k < 4) {
                    assertThat(start).as("class %s", k).isNotEqualTo(mean);
                } else {
                    assertThat(start).as("class %s", k).isEqualTo(mean);
                }
            }
        }
    }

    @Test
    void shouldServeWhatItTrained() {
        ReplaySnapshot content = content(4, 6);
        List<byte[]> pixels = content.training().values().stream()
                .flatMap(List::stream)
                .map(ReplayItem::pixels)
                .toList();
        try (SeeTrainer trainer = SeeTrainer.create(NET, settings())) {
            steps(trainer, content, 5);
            try (ServingGraph serving = new ServingGraph(NET, trainer.weights())) {
                ModelArtifact artifact = serving.write(new ArtifactWriter(directory), "v1");
                try (EmbeddingModel model = EmbeddingModel.load(artifact)) {
                    float[][] expected = serving.embed(pixels);
                    float[][] actual = model.embed(pixels);
                    for (int i = 0; i < expected.length; i++) {
                        assertThat(actual[i]).containsExactly(expected[i], org.assertj.core.data.Offset.offset(1e-5f));
                    }
                }
            }
        }
    }

    @Test
    void shouldRefuseADamagedCheckpointAndOneOfAnotherNetwork() throws Exception {
        Path file = directory.resolve("checkpoint.bin");
        try (SeeTrainer trainer = SeeTrainer.create(NET, settings())) {
            trainer.checkpoint(Checkpoint.Cursor.START).write(file);
        }
        ConvNet other = new ConvNet(SHAPE, List.of(4, 8), 32);
        assertThatThrownBy(() -> SeeTrainer.restore(other, settings(), Checkpoint.read(file)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("d = 32");

        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 5] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> Checkpoint.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("is damaged");
        Files.write(file, Arrays.copyOf(bytes, 20));
        assertThatThrownBy(() -> Checkpoint.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("cut off");
    }

    @Test
    void shouldSayWhatItNeeds() {
        assertThatThrownBy(() -> SeeTrainer.create(new ConvNet(SHAPE, List.of(4), 8), settings()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("8 expansions need embeddings of at least 9 dimensions");
        try (SeeTrainer trainer = SeeTrainer.create(NET, settings())) {
            assertThatThrownBy(() -> trainer.step(content(5, 1), 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at least 2 classes with 2 images");
        }
    }

    private static void steps(SeeTrainer trainer, ReplaySnapshot content, int count) {
        for (int i = 0; i < count; i++) {
            trainer.step(content, 0.5);
        }
    }

    private static int row(SeeTrainer trainer, String label) {
        return java.util.Objects.requireNonNull(
                trainer.checkpoint(Checkpoint.Cursor.START).classRows().get(label));
    }

    private static float[] proxy(SeeTrainer trainer, int row) {
        float[] table = java.util.Objects.requireNonNull(
                        trainer.checkpoint(Checkpoint.Cursor.START).tensors().get(TrainingGraph.PROXIES))
                .values();
        return Arrays.copyOfRange(table, row * NET.dimensions(), (row + 1) * NET.dimensions());
    }

    private static TrainingSettings settings() {
        SeeSettings see = SeeSettings.published(1).withSchedule(new ExpansionSchedule.Share(0.1, 0.4, 10));
        return TrainingSettings.defaults(Augmentation.DRAWING, 5).with(draft -> {
            draft.loss = see;
            draft.classesPerBatch = 8;
            draft.imagesPerClass = 2;
        });
    }

    /** Noisy copies of one random pattern a class. */
    private static ReplaySnapshot content(int classes, int images) {
        List<ReplayItem> items = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            byte[] pattern = new byte[SHAPE.bytes()];
            new Random(c).nextBytes(pattern);
            for (int i = 0; i < images; i++) {
                byte[] pixels = pattern.clone();
                Random noise = new Random(c * 1000L + i);
                for (int k = 0; k < 20; k++) {
                    pixels[noise.nextInt(pixels.length)] = (byte) noise.nextInt(256);
                }
                items.add(new ReplayItem("image-" + c + "-" + i, "class-" + c, 0, pixels));
            }
        }
        return ReplaySnapshot.of(items, new HoldoutRule(0), Map.of());
    }
}
