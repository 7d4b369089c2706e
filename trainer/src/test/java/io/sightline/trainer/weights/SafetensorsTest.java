package io.sightline.trainer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.trainer.nets.HostTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsTest {

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void prepare() {
        file = directory.resolve("some.safetensors");
    }

    @Test
    void shouldReadWhatItWrote() {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        tensors.put("b.weight", new HostTensor(new long[] {2, 3}, new float[] {1, -2, 3.5f, 0, -0f, 1e-40f}));
        tensors.put("a.ünï", new HostTensor(new long[] {}, new float[] {7}));
        tensors.put("empty", new HostTensor(new long[] {0, 4}, new float[0]));

        Safetensors.write(file, Map.of("format", "pt"), tensors);

        Safetensors read = Safetensors.open(file);
        assertThat(read.metadata()).containsExactly(Map.entry("format", "pt"));
        assertThat(read.names()).containsExactly("b.weight", "a.ünï", "empty");
        tensors.forEach((name, tensor) -> {
            assertThat(read.shape(name)).containsExactly(tensor.shape());
            assertThat(bits(read.read(name).values())).containsExactly(bits(tensor.values()));
        });
        assertThat(directory).isDirectoryContaining(path -> path.equals(file));
    }

    @Test
    void shouldReadShorterAndLongerNumbers() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        data.putShort(Float.floatToFloat16(-1.5f))
                .putShort((short) 0x3fc0)
                .putInt(0)
                .putDouble(0.25);
        write(
                "{\"half\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]},"
                        + "\"brain\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[2,4]},"
                        + "\"count\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[4,8]},"
                        + "\"double\":{\"dtype\":\"F64\",\"shape\":[1,1],\"data_offsets\":[8,16]}}",
                data.array());

        Safetensors read = Safetensors.open(file);

        assertThat(read.read("half").values()).containsExactly(-1.5f);
        assertThat(read.read("brain").values()).containsExactly(1.5f);
        assertThat(read.read("double").values()).containsExactly(0.25f);
        assertThat(read.isFloat("count")).isFalse();
        assertThatThrownBy(() -> read.read("count"))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("'count'")
                .hasMessageContaining("I32");
    }

    static Stream<Arguments> wrongHeaders() {
        String good = "\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
        return Stream.of(
                Arguments.of(
                        "{" + good + ",\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                        "'y'",
                        "overlap"),
                Arguments.of("{" + good.replace("[0,8]", "[0,16]").replace("[2]", "[4]") + "}", "'x'", "cut off"),
                Arguments.of("{" + good.replace("[2]", "[1]").replace("[0,8]", "[4,8]") + "}", "'x'", "gap"),
                Arguments.of(
                        "{" + good.replace("[2]", "[1]").replace("[0,8]", "[0,4]") + "}", "'x'", "8 bytes of data"),
                Arguments.of("{" + good.replace("[2]", "[3]") + "}", "'x'", "takes 12 bytes"),
                Arguments.of("{" + good.replace("F32", "F8_E4M3") + "}", "'x'", "F8_E4M3"),
                Arguments.of("{" + good.replace("[0,8]", "[8,0]") + "}", "'x'", "data_offsets"),
                Arguments.of("{" + good.replace("[2]", "[-2]") + "}", "'x'", "-2"),
                Arguments.of("{" + good.replace("[2]", "[2.0]") + "}", "'x'", "2.0"),
                Arguments.of("{" + good.replace("[2]", "[9000000000,9000000000]") + "}", "'x'", "counted"),
                Arguments.of("{" + good.replace(",\"shape\":[2]", "") + "}", "'x'", "shape"),
                Arguments.of("{" + good + "," + good + "}", "some.safetensors", "Duplicate"),
                Arguments.of("{" + good, "some.safetensors", "not JSON"),
                Arguments.of("[1]", "some.safetensors", "not a JSON object"));
    }

    @ParameterizedTest
    @MethodSource("wrongHeaders")
    void shouldNameWhatIsWrongInTheHeader(String header, String named, String said) throws IOException {
        write(header, new byte[8]);

        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("some.safetensors")
                .hasMessageContaining(named)
                .hasMessageContaining(said);
    }

    @Test
    void shouldRefuseHeadersThatAreNone() throws IOException {
        Files.write(file, new byte[3]);
        assertThatThrownBy(() -> Safetensors.open(file)).hasMessageContaining("3 bytes");
        for (long length : new long[] {Long.MAX_VALUE, -1, 200_000_000, 1}) {
            writeBytes(littleEndian(16).putLong(length).putLong(0));
            assertThatThrownBy(() -> Safetensors.open(file))
                    .isInstanceOf(WeightFileException.class)
                    .hasMessageContaining(Long.toUnsignedString(length) + " bytes is none");
        }
        writeBytes(littleEndian(16).putLong(9).putLong(0));
        assertThatThrownBy(() -> Safetensors.open(file)).hasMessageContaining("cut off");
        assertThatThrownBy(() -> Safetensors.open(directory.resolve("missing.safetensors")))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("missing.safetensors");
    }

    @Test
    void shouldRefuseNumbersThatAreNone() {
        for (float none : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            Safetensors.write(file, Map.of(), Map.of("x", new HostTensor(new long[] {3}, new float[] {0, none, 0})));
            assertThatThrownBy(() -> Safetensors.open(file).read("x"))
                    .isInstanceOf(WeightFileException.class)
                    .hasMessageContaining("'x'")
                    .hasMessageContaining("position 1");
        }
    }

    private void write(String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        writeBytes(littleEndian(8 + json.length + data.length)
                .putLong(json.length)
                .put(json)
                .put(data));
    }

    private void writeBytes(ByteBuffer full) throws IOException {
        byte[] bytes = new byte[full.flip().remaining()];
        full.get(bytes);
        Files.write(file, bytes);
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }
}
