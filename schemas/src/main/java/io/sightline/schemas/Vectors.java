package io.sightline.schemas;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Vectors on the wire: little-endian float32, 4 d bytes. */
public final class Vectors {

    private Vectors() {}

    /** Encodes a vector of length d to 4 d bytes. */
    public static ByteBuffer encode(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return bytes;
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
