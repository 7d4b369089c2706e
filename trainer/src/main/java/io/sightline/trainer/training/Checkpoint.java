package io.sightline.trainer.training;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sightline.schemas.Sha256;
import io.sightline.trainer.nets.HostTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A trainer's state. On disk: SHA-256 of the rest (64 hex characters), length of the header (int32), a JSON header,
 * then the tensors as little-endian float32. Written beside its target, forced to disk and renamed into place, so a
 * crash leaves the old one or the new one.
 *
 * @param network the network in words; another network is refused
 * @param steps steps since the initial network
 * @param classRows row of each class in the proxy table
 * @param cursor where in the stream and in its round training is
 * @param tensors network, proxies and moments by name
 */
public record Checkpoint(
        String network,
        long steps,
        SortedMap<String, Integer> classRows,
        Cursor cursor,
        Map<String, HostTensor> tensors) {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int HASH_LENGTH = 64;

    /**
     * Where training is. The random numbers of a step follow from the seed and the number of the step, so that no
     * generator's state is needed.
     *
     * @param roundStart step at which the round began
     * @param roundMillis how long the round has been trained
     * @param roundLabels changes of the labelled stream that the round has seen
     * @param knownClasses classes that the round before had seen
     * @param offsets topic-partition to next offset: what the replay store held
     */
    public record Cursor(
            long roundStart, long roundMillis, long roundLabels, List<String> knownClasses, Map<String, Long> offsets) {

        /** Before the first step. */
        public static final Cursor START = new Cursor(0, 0, 0, List.of(), Map.of());
    }

    /** Shapes in the order of the data. */
    record Header(
            String network,
            long steps,
            SortedMap<String, Integer> classRows,
            @Nullable Cursor cursor,
            Map<String, long[]> shapes) {}

    /**
     * Writes the checkpoint.
     *
     * @throws CheckpointException if the folder cannot be written
     */
    public void write(Path file) {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            ByteBuffer content = encode();
            ByteBuffer hash = ByteBuffer.wrap(Sha256.hex(content).getBytes(StandardCharsets.US_ASCII));
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                writeFully(channel, hash);
                writeFully(channel, content);
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new CheckpointException("could not write the checkpoint " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads and verifies a checkpoint.
     *
     * @throws CheckpointException if it is damaged
     */
    public static Checkpoint read(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (bytes.length < HASH_LENGTH + Integer.BYTES) {
                throw new CheckpointException(
                        "the checkpoint " + file + " is cut off after " + bytes.length + " bytes");
            }
            String expected = new String(bytes, 0, HASH_LENGTH, StandardCharsets.US_ASCII);
            ByteBuffer content = ByteBuffer.wrap(bytes, HASH_LENGTH, bytes.length - HASH_LENGTH)
                    .slice()
                    .order(ByteOrder.LITTLE_ENDIAN);
            if (!Sha256.hex(content).equals(expected)) {
                throw new CheckpointException("the checkpoint " + file + " is damaged: its SHA-256 does not match");
            }
            return decode(content);
        } catch (IOException e) {
            throw new CheckpointException("cannot read the checkpoint " + file + ": " + e.getMessage(), e);
        }
    }

    /** SHA-256 of names, shapes and values of all tensors: equal for equal training, however long it took. */
    public String fingerprint() {
        try {
            return Sha256.hex(new Checkpoint(network, steps, classRows, Cursor.START, tensors).encode());
        } catch (IOException e) {
            throw new IllegalStateException("a checkpoint cannot be encoded: " + e.getMessage(), e);
        }
    }

    private ByteBuffer encode() throws IOException {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        int floats = 0;
        for (Map.Entry<String, HostTensor> tensor : tensors.entrySet()) {
            shapes.put(tensor.getKey(), tensor.getValue().shape());
            floats += tensor.getValue().values().length;
        }
        byte[] header = JSON.writeValueAsBytes(new Header(network, steps, classRows, cursor, shapes));
        ByteBuffer content = ByteBuffer.allocate(Integer.BYTES + header.length + floats * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(header.length)
                .put(header);
        tensors.values().forEach(tensor -> {
            for (float value : tensor.values()) {
                content.putFloat(value);
            }
        });
        return content.flip();
    }

    private static Checkpoint decode(ByteBuffer content) throws IOException {
        byte[] json = new byte[content.getInt()];
        content.get(json);
        Header header = JSON.readValue(json, Header.class);
        if (header.cursor == null) {
            throw new CheckpointException("the checkpoint was written by an earlier build");
        }
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        header.shapes.forEach((name, shape) -> {
            int size = 1;
            for (long side : shape) {
                size = Math.toIntExact(size * side);
            }
            float[] values = new float[size];
            content.asFloatBuffer().get(values);
            content.position(content.position() + size * Float.BYTES);
            tensors.put(name, new HostTensor(shape, values));
        });
        return new Checkpoint(header.network, header.steps, new TreeMap<>(header.classRows), header.cursor, tensors);
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
