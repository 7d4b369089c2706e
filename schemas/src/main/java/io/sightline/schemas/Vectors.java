package io.sightline.schemas;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Vectors: on the wire little-endian float32, 4 d bytes; everywhere of length 1. */
public final class Vectors {

    private static final double UNIT_TOLERANCE = 1e-3;

    private Vectors() {}

    /** Encodes a vector of length d to 4 d bytes. */
    public static ByteBuffer encode(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return bytes;
    }

    /** Sum of the squares of the components; NaN if one of them is. */
    public static double squaredLength(float[] vector) {
        double squared = 0;
        for (float x : vector) {
            squared += (double) x * x;
        }
        return squared;
    }

    /** Whether the squared length is 1 to 1e-3; NaN is not. */
    public static boolean isUnit(float[] vector) {
        return Math.abs(squaredLength(vector) - 1) <= UNIT_TOLERANCE;
    }

    /**
     * Decodes the remaining bytes of a buffer, which is left as it was.
     *
     * @throws IllegalArgumentException if the length is not a multiple of four
     */
    public static float[] decode(ByteBuffer bytes) {
        if (bytes.remaining() % Float.BYTES != 0) {
            throw new IllegalArgumentException(
                    "a vector of float32 cannot have " + bytes.remaining() + " bytes: not a multiple of four");
        }
        float[] vector = new float[bytes.remaining() / Float.BYTES];
        bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        return vector;
    }
}
