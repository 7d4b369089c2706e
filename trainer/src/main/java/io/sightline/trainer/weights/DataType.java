package io.sightline.trainer.weights;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Types of numbers in weight files, by the names that safetensors files have for them. */
enum DataType {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U64(8),
    U32(4),
    U16(2),
    U8(1),
    BOOL(1);

    private static final int BF16_SHIFT = 16;

    private final int bytes;

    DataType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of a number. */
    int bytes() {
        return bytes;
    }

    /** Whether weights can be of this type. */
    boolean isFloat() {
        return switch (this) {
            case F64, F32, F16, BF16 -> true;
            case I64, I32, I16, I8, U64, U32, U16, U8, BOOL -> false;
        };
    }

    /**
     * All numbers of a tensor, as {@link #read} gives them.
     *
     * @param file for messages, as the name
     * @param littleEndian nothing but them
     * @throws WeightFileException if one is not finite
     */
    float[] readAll(Path file, String name, ByteBuffer littleEndian) {
        float[] values = new float[littleEndian.remaining() / bytes];
        for (int i = 0; i < values.length; i++) {
            values[i] = read(littleEndian);
            if (!Float.isFinite(values[i])) {
                throw new WeightFileException(file, "tensor '" + name + "' holds " + values[i] + " at position " + i);
            }
        }
        return values;
    }

    /** The next number of little-endian bytes, rounded to float32 where it is longer. */
    private float read(ByteBuffer littleEndian) {
        return switch (this) {
            case F64 -> (float) littleEndian.getDouble();
            case F32 -> littleEndian.getFloat();
            case F16 -> Float.float16ToFloat(littleEndian.getShort());
            case BF16 -> Float.intBitsToFloat(littleEndian.getShort() << BF16_SHIFT);
            case I64, I32, I16, I8, U64, U32, U16, U8, BOOL ->
                throw new IllegalStateException(this + " is no type of weights");
        };
    }
}
