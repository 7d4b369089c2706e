package io.sightline.trainer.weights;

import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Weight;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** How a file orders the dimensions of kernels; all other tensors look the same everywhere. */
public enum Layout {
    /** Convolutions [height, width, in, out], linear layers [in, out]. */
    TENSORFLOW,
    /** Convolutions [out, in, height, width], by channel [channels, 1, height, width], linear layers [out, in]. */
    PYTORCH;

    /** What a file's {@code format} says, as PyTorch, TensorFlow and Flax write it. */
    public static Optional<Layout> of(Map<String, String> metadata) {
        return switch (metadata.getOrDefault("format", "").toLowerCase(Locale.ROOT)) {
            case "pt" -> Optional.of(PYTORCH);
            case "tf", "flax" -> Optional.of(TENSORFLOW);
            default -> Optional.empty();
        };
    }

    /** What a file's {@code format} says of this. */
    String format() {
        return this == PYTORCH ? "pt" : "tf";
    }

    /** The shape that a weight has in a file of this layout. */
    long[] shape(Weight weight) {
        long[] shape = weight.shape().asArray();
        int[] order = order(weight.kind());
        if (order.length != shape.length) {
            return shape;
        }
        long[] ordered = new long[shape.length];
        for (int i = 0; i < shape.length; i++) {
            ordered[i] = shape[order[i]];
        }
        return ordered;
    }

    /** From TensorFlow's layout to this one. */
    HostTensor write(Weight.Kind kind, HostTensor tensor) {
        return transposed(tensor, order(kind));
    }

    /** From this layout to TensorFlow's. */
    HostTensor read(Weight.Kind kind, HostTensor tensor) {
        int[] order = order(kind);
        int[] back = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            back[order[i]] = i;
        }
        return transposed(tensor, back);
    }

    /** For each dimension of the file, which of TensorFlow's it is; empty where there is no order but one. */
    private int[] order(Weight.Kind kind) {
        if (this == TENSORFLOW) {
            return new int[0];
        }
        return switch (kind) {
            case CONVOLUTION -> new int[] {3, 2, 0, 1};
            case DEPTHWISE -> new int[] {2, 3, 0, 1};
            case LINEAR -> new int[] {1, 0};
            case BIAS, NORM, TOKEN, STATISTIC -> new int[0];
        };
    }

    /** Dimension i of the result is dimension order[i] of the tensor. */
    private static HostTensor transposed(HostTensor tensor, int[] order) {
        long[] shape = tensor.shape();
        int rank = order.length;
        if (rank != shape.length) {
            return tensor;
        }
        int[] strides = new int[rank];
        int stride = 1;
        for (int i = rank - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= (int) shape[i];
        }
        long[] result = new long[rank];
        for (int i = 0; i < rank; i++) {
            result[i] = shape[order[i]];
        }
        float[] values = new float[tensor.values().length];
        int[] at = new int[rank];
        for (int next = 0; next < values.length; next++) {
            int from = 0;
            for (int i = 0; i < rank; i++) {
                from += at[i] * strides[order[i]];
            }
            values[next] = tensor.values()[from];
            for (int i = rank - 1; i >= 0 && ++at[i] == result[i]; i--) {
                at[i] = 0;
            }
        }
        return new HostTensor(result, values);
    }
}
