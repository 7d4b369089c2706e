package io.sightline.trainer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.trainer.nets.HostTensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat64;

class TensorFlowCheckpointTest {

    @TempDir
    Path directory;

    @Test
    void shouldReadWhatTensorFlowWrote() {
        // More names than a block of the index holds, with much in common and little.
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 700; i++) {
            tensors.put(
                    String.format(Locale.ROOT, "net/layer_%03d/%s", i * 7919 % 700, i % 2 == 0 ? "kernel" : "bias"),
                    random(random, i % 5, 3));
        }
        tensors.put("scalar", new HostTensor(new long[] {}, new float[] {-0f}));
        tensors.put("ünï", new HostTensor(new long[] {2}, new float[] {1e-40f, -3}));

        TensorFlowCheckpoint read = TensorFlowCheckpoint.open(write(tensors));

        assertThat(read.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
        tensors.forEach((name, tensor) -> {
            assertThat(read.isFloat(name)).isTrue();
            assertThat(read.shape(name)).containsExactly(tensor.shape());
            assertThat(read.read(name).values()).containsExactly(tensor.values());
        });
        assertThat(Layout.of(read.metadata())).contains(Layout.TENSORFLOW);
    }

    @Test
    void shouldReadShorterAndLongerNumbers() {
        Path prefix = WrittenCheckpoint.write(
                directory.resolve("mixed"),
                List.of("half", "brain", "double", "count", "words"),
                (tf, name) -> switch (name) {
                    case "half" -> tf.dtypes.cast(tf.constant(new float[] {-1.5f}), TFloat16.class);
                    case "brain" -> tf.dtypes.cast(tf.constant(1.5f), TBfloat16.class);
                    case "double" -> tf.dtypes.cast(tf.constant(new float[][] {{0.25f}}), TFloat64.class);
                    case "count" -> tf.constant(7L);
                    default -> tf.constant("some words");
                });

        TensorFlowCheckpoint read = TensorFlowCheckpoint.open(prefix);

        assertThat(read.read("half").values()).containsExactly(-1.5f);
        assertThat(read.read("brain").values()).containsExactly(1.5f);
        assertThat(read.read("double").values()).containsExactly(0.25f);
        assertThat(List.of(read.isFloat("count"), read.isFloat("words"))).containsOnly(false);
        assertThatThrownBy(() -> read.read("count"))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("mixed.index")
                .hasMessageContaining("'count'")
                .hasMessageContaining("DT_INT64");
    }

    @Test
    void shouldKnowTensorsOfObjectsByTheirNames() {
        Path prefix = write(Map.of("dense/kernel/.ATTRIBUTES/VARIABLE_VALUE", one(2)));

        assertThat(TensorFlowCheckpoint.open(prefix).read("dense/kernel").values())
                .containsExactly(2f);
    }

    @Test
    void shouldBeFoundByItsPrefixAndByAnyOfItsFiles() {
        Path prefix = write(Map.of("x", one(1)));

        for (String suffix : List.of("", ".index", ".data-00000-of-00001")) {
            assertThat(WeightSource.open(prefix.resolveSibling("some" + suffix)).names())
                    .containsExactly("x");
        }
        assertThat(TensorFlowCheckpoint.find(directory.resolve("other"))).isEmpty();
        assertThatThrownBy(() -> WeightSource.open(directory))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("no saved_model.pb is in it");
    }

    @Test
    void shouldRefuseAnIndexThatWasCutOffOrIsNone() throws IOException {
        Path prefix = write(Map.of("x", one(1)));
        Path index = directory.resolve("some.index");
        byte[] whole = Files.readAllBytes(index);

        for (int length = 0; length < whole.length; length++) {
            Files.write(index, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> TensorFlowCheckpoint.open(prefix))
                    .isInstanceOf(WeightFileException.class)
                    .hasMessageContaining("some.index");
        }
        Files.write(
                index,
                "no table, but longer than the footer of one is".repeat(3).getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> TensorFlowCheckpoint.open(prefix))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("some.index")
                .hasMessageContaining("it is none, or was cut off");
    }

    @Test
    void shouldRefuseAnIndexWithAByteChanged() throws IOException {
        Path prefix = write(Map.of("x", one(1), "y", one(2)));
        Path index = directory.resolve("some.index");
        byte[] whole = Files.readAllBytes(index);
        for (int at = 0; at < endOfEntries(whole); at++) {
            byte[] changed = whole.clone();
            changed[at] ^= 0x10;
            Files.write(index, changed);
            assertThatThrownBy(() -> TensorFlowCheckpoint.open(prefix))
                    .isInstanceOf(WeightFileException.class)
                    .hasMessageContaining("some.index")
                    .hasMessageContaining("checksum");
        }
    }

    @Test
    void shouldNameTheTensorWhoseNumbersAreMissingOrDamaged() throws IOException {
        Path prefix = write(new TreeMap<>(Map.of("x", one(1), "y", one(2))));
        Path data = directory.resolve("some.data-00000-of-00001");
        byte[] whole = Files.readAllBytes(data);

        Files.write(data, Arrays.copyOf(whole, whole.length - 1));
        assertThatThrownBy(() -> TensorFlowCheckpoint.open(prefix))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("some.index: tensor 'y'")
                .hasMessageContaining("some.data-00000-of-00001, which ends after 7");

        whole[5] ^= 1;
        Files.write(data, whole);
        TensorFlowCheckpoint damaged = TensorFlowCheckpoint.open(prefix);
        assertThat(damaged.read("x").values()).containsExactly(1f);
        assertThatThrownBy(() -> damaged.read("y"))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("some.index: tensor 'y'")
                .hasMessageContaining("checksum");

        Files.delete(data);
        assertThatThrownBy(() -> TensorFlowCheckpoint.open(prefix))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("some.index: tensor 'x'")
                .hasMessageContaining("some.data-00000-of-00001, which is missing");
    }

    @Test
    void shouldRefuseNumbersThatAreNone() {
        Path prefix = write(Map.of("x", new HostTensor(new long[] {2}, new float[] {0, Float.NaN})));

        assertThatThrownBy(() -> TensorFlowCheckpoint.open(prefix).read("x"))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("some.index: tensor 'x' holds NaN at position 1");
    }

    /** Where the block of entries ends: a block that says nothing follows, and the footer begins with its place. */
    private static int endOfEntries(byte[] table) {
        int value = 0;
        for (int at = table.length - 48, shift = 0; ; at++, shift += 7) {
            value |= (table[at] & 0x7f) << shift;
            if (table[at] >= 0) {
                return value;
            }
        }
    }

    private static HostTensor one(float value) {
        return new HostTensor(new long[] {1}, new float[] {value});
    }

    private static HostTensor random(SplittableRandom random, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new HostTensor(new long[] {rows, columns}, values);
    }

    private Path write(Map<String, HostTensor> tensors) {
        return WrittenCheckpoint.write(directory.resolve("some"), tensors);
    }
}
