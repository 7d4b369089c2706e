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
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tensorflow.ndarray.Shape;

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
    private static final long HASHED_AT_ONCE = 64L * 1024 * 1024;

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
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                MessageDigest digest = Sha256.digest();
                channel.position(HASH_LENGTH);
                encode(part -> {
                    digest.update(part.duplicate());
                    writeFully(channel, part);
                });
                channel.position(0);
                writeFully(channel, ByteBuffer.wrap(hex(digest)));
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
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            if (size < HASH_LENGTH + Integer.BYTES) {
                throw new CheckpointException("the checkpoint " + file + " is cut off after " + size + " bytes");
            }
            byte[] expected = new byte[HASH_LENGTH];
            map(channel, 0, HASH_LENGTH).get(expected);
            if (!Arrays.equals(hash(channel), expected)) {
                throw new CheckpointException("the checkpoint " + file + " is damaged: its SHA-256 does not match");
            }
            return decode(file, channel);
        } catch (IOException | IllegalArgumentException | ArithmeticException e) {
            throw new CheckpointException("cannot read the checkpoint " + file + ": " + e.getMessage(), e);
        }
    }

    /** SHA-256 of names, shapes and values of all tensors: equal for equal training, however long it took. */
    public String fingerprint() {
        MessageDigest digest = Sha256.digest();
        try {
            new Checkpoint(network, steps, classRows, Cursor.START, tensors).encode(digest::update);
        } catch (IOException e) {
            throw new IllegalStateException("a checkpoint cannot be encoded: " + e.getMessage(), e);
        }
        return new String(hex(digest), StandardCharsets.US_ASCII);
    }

    /** Takes what is written, part by part. */
    @FunctionalInterface
    private interface Sink {
        void write(ByteBuffer part) throws IOException;
    }

    /** Tensor by tensor, so that a large network needs not fit into one array. */
    private void encode(Sink sink) throws IOException {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        byte[] header = JSON.writeValueAsBytes(new Header(network, steps, classRows, cursor, shapes));
        sink.write(littleEndian(Integer.BYTES + header.length)
                .putInt(header.length)
                .put(header)
                .flip());
        for (HostTensor tensor : tensors.values()) {
            ByteBuffer bytes = littleEndian(tensor.values().length * Float.BYTES);
            bytes.asFloatBuffer().put(tensor.values());
            sink.write(bytes);
        }
    }

    private static Checkpoint decode(Path file, FileChannel channel) throws IOException {
        int length = map(channel, HASH_LENGTH, Integer.BYTES).getInt();
        if (length < 0 || length > channel.size()) {
            throw new CheckpointException("the checkpoint " + file + " has a header of " + length + " bytes");
        }
        byte[] json = new byte[length];
        long next = HASH_LENGTH + Integer.BYTES;
        map(channel, next, length).get(json);
        next += length;
        Header header = JSON.readValue(json, Header.class);
        if (header.cursor == null) {
            throw new CheckpointException("the checkpoint " + file + " was written by an earlier build");
        }
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, long[]> shape : header.shapes.entrySet()) {
            float[] values =
                    new float[Math.toIntExact(Shape.of(shape.getValue()).size())];
            long bytes = (long) values.length * Float.BYTES;
            map(channel, next, bytes).asFloatBuffer().get(values);
            next += bytes;
            tensors.put(shape.getKey(), new HostTensor(shape.getValue(), values));
        }
        return new Checkpoint(header.network, header.steps, new TreeMap<>(header.classRows), header.cursor, tensors);
    }

    private static byte[] hash(FileChannel channel) throws IOException {
        MessageDigest digest = Sha256.digest();
        long size = channel.size();
        for (long from = HASH_LENGTH; from < size; from += HASHED_AT_ONCE) {
            digest.update(map(channel, from, Math.min(HASHED_AT_ONCE, size - from)));
        }
        return hex(digest);
    }

    private static byte[] hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest()).getBytes(StandardCharsets.US_ASCII);
    }

    private static ByteBuffer map(FileChannel channel, long from, long length) throws IOException {
        return channel.map(FileChannel.MapMode.READ_ONLY, from, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
