package io.sightline.trainer.nets;

import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/**
 * A float32 tensor on the Java heap, row-major. The array is handed over, not copied: treat it as immutable.
 *
 * @param shape sizes of the dimensions
 * @param values as many as the shape holds
 */
public record HostTensor(long[] shape, float[] values) {

    /**
     * Checks that shape and values agree.
     *
     * @throws IllegalArgumentException if they do not
     */
    public HostTensor {
        if (Shape.of(shape).size() != values.length) {
            throw new IllegalArgumentException(Shape.of(shape) + " does not hold " + values.length + " values");
        }
    }

    /** Copies a tensor out of TensorFlow. */
    public static HostTensor copyOf(Tensor tensor) {
        TFloat32 floats = (TFloat32) tensor;
        float[] values = new float[(int) floats.shape().size()];
        floats.copyTo(DataBuffers.of(values));
        return new HostTensor(floats.shape().asArray(), values);
    }

    /** Zeros of the given shape. */
    public static HostTensor zeros(Shape shape) {
        return new HostTensor(shape.asArray(), new float[(int) shape.size()]);
    }

    /** A copy inside TensorFlow, to be closed by the caller. */
    public TFloat32 toTensor() {
        return TFloat32.tensorOf(Shape.of(shape), DataBuffers.of(values));
    }
}
