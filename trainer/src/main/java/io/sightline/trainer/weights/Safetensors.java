package io.sightline.trainer.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sightline.trainer.nets.HostTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file: eight bytes with the length of a JSON header, the header, the tensors' bytes, little-endian. The
 * header is checked when the file is opened; tensors are mapped into memory when they are read, one by one. Thread-safe.
 *
 * <p>The format: https://huggingface.co/docs/safetensors.
 */
public final class Safetensors implements WeightSource {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int LENGTH_BYTES = Long.BYTES;
    /** As the format's own reader has it. */
    private static final long LARGEST_HEADER = 100_000_000;

    private static final int ALIGNMENT = 8;

    private final Path file;
    private final SafetensorsHeader header;
    private final long dataStart;

    private Safetensors(Path file, SafetensorsHeader header, long dataStart) {
        this.file = file;
        this.header = header;
        this.dataStart = dataStart;
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws WeightFileException if it is not a whole safetensors file, saying what is wrong with which tensor
     */
    public static Safetensors open(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            if (size < LENGTH_BYTES) {
                throw new WeightFileException(file, "its " + size + " bytes are no safetensors file");
            }
            long length = map(channel, 0, LENGTH_BYTES).getLong();
            if (length < 2 || length > LARGEST_HEADER) {
                throw new WeightFileException(
                        file,
                        "a header of " + Long.toUnsignedString(length) + " bytes is none of a safetensors file: they"
                                + " have at most " + LARGEST_HEADER);
            }
            if (length > size - LENGTH_BYTES) {
                throw new WeightFileException(
                        file,
                        "its header should have " + length + " bytes, but the file ends after " + size
                                + ": it was cut off; fetch it again");
            }
            byte[] json = new byte[(int) length];
            map(channel, LENGTH_BYTES, length).get(json);
            long dataStart = LENGTH_BYTES + length;
            return new Safetensors(file, SafetensorsHeader.parse(file, json, size - dataStart), dataStart);
        } catch (IOException e) {
            throw new WeightFileException(file, "it cannot be read (" + e + ")", e);
        }
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public Map<String, String> metadata() {
        return header.metadata();
    }

    @Override
    public Set<String> names() {
        return header.tensors().keySet();
    }

    @Override
    public boolean isFloat(String name) {
        return entry(name).type().isFloat();
    }

    @Override
    public String type(String name) {
        return entry(name).type().name();
    }

    @Override
    public long[] shape(String name) {
        return entry(name).shape().clone();
    }

    @Override
    public HostTensor read(String name) {
        SafetensorsHeader.Entry entry = entry(name);
        if (!entry.type().isFloat()) {
            throw new WeightFileException(
                    file, "tensor '" + name + "' holds " + entry.type() + ", not floating-point numbers");
        }
        if (entry.end() - entry.begin() > Integer.MAX_VALUE) {
            throw new WeightFileException(file, "tensor '" + name + "' is larger than 2 GiB");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer bytes = map(channel, dataStart + entry.begin(), entry.end() - entry.begin());
            return new HostTensor(entry.shape().clone(), entry.type().readAll(file, name, bytes));
        } catch (IOException e) {
            throw new WeightFileException(file, "tensor '" + name + "' cannot be read (" + e + ")", e);
        }
    }

    /**
     * Writes a file of float32 tensors, in the map's order, whole or not at all.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public static void write(Path file, Map<String, String> metadata, Map<String, HostTensor> tensors) {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            writeTo(temporary, metadata, tensors);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            temporary.toFile().delete();
            throw new UncheckedIOException(file + " cannot be written (" + e + "): look at the folder and the disk", e);
        }
    }

    private static void writeTo(Path temporary, Map<String, String> metadata, Map<String, HostTensor> tensors)
            throws IOException {
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            byte[] json = header(metadata, tensors);
            ByteBuffer start = littleEndian(LENGTH_BYTES + json.length);
            start.putLong(json.length).put(json).flip();
            writeAll(channel, start);
            for (HostTensor tensor : tensors.values()) {
                ByteBuffer bytes = littleEndian(Float.BYTES * tensor.values().length);
                bytes.asFloatBuffer().put(tensor.values());
                writeAll(channel, bytes);
            }
            channel.force(true);
        }
    }

    /** Padded with spaces, so that the data is aligned. */
    private static byte[] header(Map<String, String> metadata, Map<String, HostTensor> tensors)
            throws JsonProcessingException {
        ObjectNode root = JSON.createObjectNode();
        ObjectNode notes = root.putObject("__metadata__");
        metadata.forEach(notes::put);
        long offset = 0;
        for (Map.Entry<String, HostTensor> tensor : tensors.entrySet()) {
            long end = offset + (long) Float.BYTES * tensor.getValue().values().length;
            ObjectNode node = root.putObject(tensor.getKey());
            node.put("dtype", DataType.F32.name());
            var shape = node.putArray("shape");
            Arrays.stream(tensor.getValue().shape()).forEach(shape::add);
            node.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = JSON.writeValueAsBytes(root);
        int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] header = Arrays.copyOf(json, padded);
        Arrays.fill(header, json.length, padded, (byte) ' ');
        return header;
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer map(FileChannel channel, long from, long length) throws IOException {
        return channel.map(FileChannel.MapMode.READ_ONLY, from, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private SafetensorsHeader.Entry entry(String name) {
        SafetensorsHeader.Entry entry = header.tensors().get(name);
        if (entry == null) {
            throw new WeightFileException(file, "there is no tensor '" + name + "'");
        }
        return entry;
    }
}
