package io.sightline.trainer.nets;

import org.tensorflow.ndarray.Shape;

/**
 * A weight that a network asks for.
 *
 * @param name its name in checkpoints and weight files
 * @param shape in TensorFlow's layout: convolutions [height, width, in, out], linear layers [in, out]
 * @param kind what it is
 * @param initial how it starts where nothing is given
 */
public record Weight(String name, Shape shape, Kind kind, Initial initial) {

    /** What a weight is: whether it decays, and how frameworks order its dimensions, follow from that. */
    public enum Kind {
        /** Kernel of a convolution, [height, width, in, out]. */
        CONVOLUTION,
        /** Kernel of a convolution by channel, [height, width, channels, 1]. */
        DEPTHWISE,
        /** Kernel of a linear layer, [in, out]. */
        LINEAR,
        /** Added to the output of a layer. */
        BIAS,
        /** Scale or offset of a norm. */
        NORM,
        /** Class token or position embeddings. */
        TOKEN,
        /** Observed, not trained: a running mean or variance. */
        STATISTIC
    }

    /** Whether weight decay is for it: for kernels, not for biases, norms and tokens. */
    public boolean decays() {
        return switch (kind) {
            case CONVOLUTION, DEPTHWISE, LINEAR -> true;
            case BIAS, NORM, TOKEN, STATISTIC -> false;
        };
    }

    /** Whether the optimiser changes it. */
    public boolean isTrained() {
        return kind != Kind.STATISTIC;
    }
}
