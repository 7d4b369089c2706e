package io.sightline.trainer.weights;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A table of keys and values as LevelDB lays it out, which is what the index of a TensorFlow checkpoint is: blocks of
 * entries whose keys leave out what they share with the key before, a block that says where these are, and a footer that
 * says where that one is. Every block has a checksum, which is checked.
 *
 * <p>The format: https://github.com/google/leveldb/blob/main/doc/table_format.md.
 */
final class SortedTable {

    private static final long MAGIC = 0xdb4775248b80fb57L;
    private static final int FOOTER_BYTES = 48;
    private static final int RESTART_BYTES = Integer.BYTES;
    private static final long LARGEST = 100_000_000;
    private static final int MASK = 0xa282ead8;
    private static final int MASK_SHIFT = 15;
    private static final int VARINT_BITS = 7;
    private static final int VARINT_VALUE = 0x7f;

    private final Path file;
    private final ByteBuffer bytes;

    private SortedTable(Path file, ByteBuffer bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /** Far above what names of variables have: entries share keys, so that a small file could have any amount of them. */
    private static final int LONGEST_KEY = 10_000;

    /**
     * Reads all entries.
     *
     * @return in the order of the keys
     * @throws WeightFileException if it is no such table, was cut off or is damaged
     */
    static Map<String, byte[]> read(Path file) {
        try {
            long size = Files.size(file);
            if (size < FOOTER_BYTES || size > LARGEST) {
                throw new WeightFileException(file, "its " + size + " bytes are no index of a TensorFlow checkpoint");
            }
            return new SortedTable(file, littleEndian(Files.readAllBytes(file))).entries();
        } catch (IOException e) {
            throw new WeightFileException(file, "it cannot be read (" + e + ")", e);
        } catch (BufferUnderflowException e) {
            throw new WeightFileException(file, "an entry of it reaches beyond its block: fetch it again", e);
        }
    }

    /** The checksum of TensorFlow's and LevelDB's files: CRC-32C, changed so that checksums can be checksummed. */
    static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return Integer.rotateRight((int) crc.getValue(), MASK_SHIFT) + MASK;
    }

    private Map<String, byte[]> entries() {
        int footer = bytes.capacity() - FOOTER_BYTES;
        if (bytes.getLong(bytes.capacity() - Long.BYTES) != MAGIC) {
            throw new WeightFileException(
                    file,
                    "it does not end as the index of a TensorFlow checkpoint does: it is none, or was cut off; fetch it"
                            + " again");
        }
        ByteBuffer handles = bytes.duplicate().position(footer);
        varint(handles);
        varint(handles);
        Map<String, byte[]> entries = new LinkedHashMap<>();
        for (byte[] handle : block(handles, footer).values()) {
            entries.putAll(block(littleEndian(handle), footer));
        }
        return entries;
    }

    /**
     * Reads the block that a handle, offset and length, points to.
     *
     * @param end behind the last block
     */
    private Map<String, byte[]> block(ByteBuffer handle, int end) {
        long offset = varint(handle);
        long length = varint(handle);
        // Behind a block: a byte that names its compression, and the checksum of both.
        long largest = (long) end - 1 - Integer.BYTES;
        if (offset < 0 || length < RESTART_BYTES || length > largest || offset > largest - length) {
            throw new WeightFileException(
                    file,
                    length + " bytes from byte " + offset + " on are no block of its " + bytes.capacity()
                            + " bytes: fetch it again");
        }
        int behind = (int) (offset + length);
        ByteBuffer checked = bytes.slice((int) offset, (int) length + 1);
        if (checksum(checked) != bytes.getInt(behind + 1)) {
            throw new WeightFileException(
                    file, "the checksum of its block at byte " + offset + " is wrong: it is damaged; fetch it again");
        }
        if (bytes.get(behind) != 0) {
            throw new WeightFileException(
                    file, "its block at byte " + offset + " is compressed, which TensorFlow's own never are");
        }
        return entries(bytes.slice((int) offset, (int) length).order(ByteOrder.LITTLE_ENDIAN), offset);
    }

    private Map<String, byte[]> entries(ByteBuffer block, long offset) {
        int restarts = block.getInt(block.capacity() - RESTART_BYTES);
        long end = block.capacity() - RESTART_BYTES * (1L + restarts);
        if (restarts < 0 || end < 0) {
            throw new WeightFileException(file, "its block at byte " + offset + " has no end: fetch it again");
        }
        Map<String, byte[]> entries = new LinkedHashMap<>();
        byte[] key = new byte[0];
        block.limit((int) end);
        while (block.hasRemaining()) {
            long shared = varint(block);
            long added = varint(block);
            long length = varint(block);
            if (shared < 0
                    || shared > key.length
                    || shared + added > LONGEST_KEY
                    || !fits(block, added)
                    || !fits(block, length)) {
                throw new WeightFileException(
                        file, "an entry of its block at byte " + offset + " reaches beyond it: fetch it again");
            }
            key = Arrays.copyOf(key, (int) (shared + added));
            block.get(key, (int) shared, (int) added);
            byte[] value = new byte[(int) length];
            block.get(value);
            entries.put(new String(key, StandardCharsets.UTF_8), value);
        }
        return entries;
    }

    private static boolean fits(ByteBuffer block, long length) {
        return length >= 0 && length <= block.remaining();
    }

    private static long varint(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += VARINT_BITS) {
            byte next = from.get();
            value |= (long) (next & VARINT_VALUE) << shift;
            if (next >= 0) {
                break;
            }
        }
        return value;
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
