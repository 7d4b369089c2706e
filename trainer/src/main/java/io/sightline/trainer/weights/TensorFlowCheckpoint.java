package io.sightline.trainer.weights;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sightline.trainer.nets.HostTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A TensorFlow checkpoint of the present format (V2): {@code PREFIX.index}, a table of what there is, and the numbers in
 * {@code PREFIX.data-00000-of-0000n}. The index and the lengths of the other files are checked when it is opened; tensors
 * are mapped into memory and compared with their checksums when they are read, one by one. TensorFlow itself is not
 * needed. Thread-safe.
 *
 * <p>A name as object-based checkpoints have it, {@code NAME/.ATTRIBUTES/VARIABLE_VALUE}, is known as {@code NAME}.
 */
public final class TensorFlowCheckpoint implements WeightSource {

    private static final String INDEX = ".index";
    private static final String OBJECT_SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE";
    private static final Pattern SUFFIX = Pattern.compile("\\.(index|data-\\d{5}-of-\\d{5})$");
    /** What the keys of slices, parts of a tensor, begin with. */
    private static final char SLICE = 0;

    private final Path index;
    private final Path prefix;
    private final int shards;
    private final Map<String, BundleEntryProto> entries = new LinkedHashMap<>();

    private TensorFlowCheckpoint(Path prefix) {
        this.prefix = prefix;
        this.index = sibling(prefix, INDEX);
        Map<String, byte[]> table = SortedTable.read(index);
        this.shards = shards(table.get(""));
        table.forEach((key, value) -> {
            if (!key.isEmpty() && key.charAt(0) != SLICE) {
                entries.put(name(key), entry(key, value));
            }
        });
        requireShards();
    }

    /**
     * Opens a checkpoint.
     *
     * @param prefix path without {@code .index}
     * @throws WeightFileException if it is not whole, saying what is wrong with which tensor
     */
    public static TensorFlowCheckpoint open(Path prefix) {
        return new TensorFlowCheckpoint(prefix);
    }

    /** The prefix of the checkpoint that a path means: itself a prefix, or one of the files; empty if it means none. */
    public static Optional<Path> find(Path path) {
        String name = path.getFileName() == null ? "" : path.getFileName().toString();
        Path prefix = path.resolveSibling(SUFFIX.matcher(name).replaceFirst(""));
        boolean isNamed = !prefix.equals(path);
        boolean isPrefix = !Files.isRegularFile(path) && Files.isRegularFile(sibling(path, INDEX));
        return isNamed || isPrefix ? Optional.of(prefix) : Optional.empty();
    }

    /** The name of the tensor that has a key. */
    public static String name(String key) {
        return key.endsWith(OBJECT_SUFFIX) ? key.substring(0, key.length() - OBJECT_SUFFIX.length()) : key;
    }

    @Override
    public Path file() {
        return index;
    }

    /** Says that kernels are laid out as TensorFlow's; checkpoints themselves say nothing. */
    @Override
    public Map<String, String> metadata() {
        return Map.of("format", Layout.TENSORFLOW.format());
    }

    @Override
    public Set<String> names() {
        return entries.keySet();
    }

    @Override
    public boolean isFloat(String name) {
        return numbers(required(name)).filter(DataType::isFloat).isPresent();
    }

    /** As TensorFlow calls it, for instance {@code DT_FLOAT}. */
    @Override
    public String type(String name) {
        return required(name).getDtype().name();
    }

    @Override
    public long[] shape(String name) {
        return required(name).getShape().getDimList().stream()
                .mapToLong(TensorShapeProto.Dim::getSize)
                .toArray();
    }

    @Override
    public HostTensor read(String name) {
        BundleEntryProto entry = required(name);
        DataType type = numbers(entry)
                .filter(DataType::isFloat)
                .orElseThrow(() -> wrong(name, "it holds " + entry.getDtype() + ", not floating-point numbers"));
        if (entry.getSlicesCount() > 0) {
            throw wrong(
                    name,
                    "it is cut into " + entry.getSlicesCount()
                            + " slices, as partitioned variables are: save it in one piece");
        }
        if (entry.getSize() > Integer.MAX_VALUE) {
            throw wrong(name, "it is larger than 2 GiB");
        }
        Path shard = shard(entry.getShardId());
        try (FileChannel channel = FileChannel.open(shard)) {
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, entry.getOffset(), entry.getSize());
            if (SortedTable.checksum(bytes) != entry.getCrc32C()) {
                throw wrong(name, "its checksum is wrong: " + shard.getFileName() + " is damaged; fetch it again");
            }
            return new HostTensor(shape(name), type.readAll(index, name, bytes.order(ByteOrder.LITTLE_ENDIAN)));
        } catch (IOException e) {
            throw new WeightFileException(index, "tensor '" + name + "': " + shard + " cannot be read (" + e + ")", e);
        }
    }

    private int shards(byte @Nullable [] value) {
        if (value == null) {
            throw new WeightFileException(index, "it has no header: it is the index of something else");
        }
        try {
            BundleHeaderProto header = BundleHeaderProto.parseFrom(value);
            if (header.getEndianness() != BundleHeaderProto.Endianness.LITTLE) {
                throw new WeightFileException(
                        index, "its numbers are " + header.getEndianness() + "-endian: save it on another machine");
            }
            return header.getNumShards();
        } catch (InvalidProtocolBufferException e) {
            throw new WeightFileException(index, "its header is none of a checkpoint (" + e.getMessage() + ")", e);
        }
    }

    private BundleEntryProto entry(String key, byte[] value) {
        BundleEntryProto entry;
        try {
            entry = BundleEntryProto.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new WeightFileException(
                    index, "tensor '" + name(key) + "': its entry is none of a checkpoint (" + e.getMessage() + ")", e);
        }
        Optional<DataType> type = numbers(entry);
        if (type.isPresent() && entry.getSlicesCount() == 0 && bytes(key, entry, type.get()) != entry.getSize()) {
            throw wrong(
                    name(key),
                    entry.getDtype() + " of shape "
                            + entry.getShape().getDimList().stream()
                                    .map(TensorShapeProto.Dim::getSize)
                                    .toList() + " does not take the " + entry.getSize() + " bytes that its entry says");
        }
        return entry;
    }

    private long bytes(String key, BundleEntryProto entry, DataType type) {
        long bytes = type.bytes();
        try {
            for (TensorShapeProto.Dim dimension : entry.getShape().getDimList()) {
                if (dimension.getSize() < 0) {
                    throw wrong(name(key), "its shape has a side of " + dimension.getSize());
                }
                bytes = Math.multiplyExact(bytes, dimension.getSize());
            }
        } catch (ArithmeticException e) {
            throw wrong(name(key), "its shape holds more than can be counted");
        }
        return bytes;
    }

    private void requireShards() {
        Map<Integer, Long> lengths = new LinkedHashMap<>();
        entries.forEach((name, entry) -> {
            Path shard = shard(entry.getShardId());
            long length = lengths.computeIfAbsent(entry.getShardId(), ignored -> length(name, shard));
            if (entry.getOffset() < 0 || entry.getSize() < 0 || entry.getOffset() > length - entry.getSize()) {
                throw wrong(
                        name,
                        "it should have " + entry.getSize() + " bytes from byte " + entry.getOffset() + " of "
                                + shard.getFileName() + ", which ends after " + length
                                + ": it was cut off; fetch it again");
            }
        });
    }

    private long length(String name, Path shard) {
        if (!Files.isRegularFile(shard)) {
            throw wrong(name, "its numbers are in " + shard.getFileName() + ", which is missing: fetch that too");
        }
        try {
            return Files.size(shard);
        } catch (IOException e) {
            throw new WeightFileException(index, "tensor '" + name + "': " + shard + " cannot be read (" + e + ")", e);
        }
    }

    private Path shard(int id) {
        return sibling(prefix, String.format(Locale.ROOT, ".data-%05d-of-%05d", id, shards));
    }

    private static Path sibling(Path prefix, String suffix) {
        return prefix.resolveSibling(prefix.getFileName() + suffix);
    }

    /** The type of an entry's numbers; empty if it holds something else. */
    private static Optional<DataType> numbers(BundleEntryProto entry) {
        return switch (entry.getDtype()) {
            case DT_DOUBLE -> Optional.of(DataType.F64);
            case DT_FLOAT -> Optional.of(DataType.F32);
            case DT_HALF -> Optional.of(DataType.F16);
            case DT_BFLOAT16 -> Optional.of(DataType.BF16);
            case DT_INT64 -> Optional.of(DataType.I64);
            case DT_INT32 -> Optional.of(DataType.I32);
            case DT_BOOL -> Optional.of(DataType.BOOL);
            default -> Optional.empty();
        };
    }

    private BundleEntryProto required(String name) {
        BundleEntryProto entry = entries.get(name);
        if (entry == null) {
            throw new WeightFileException(index, "there is no tensor '" + name + "'");
        }
        return entry;
    }

    private WeightFileException wrong(String name, String problem) {
        return new WeightFileException(index, "tensor '" + name + "': " + problem);
    }
}
