package io.sightline.trainer.nets;

import java.util.Locale;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** What becomes of a pixel p, 0 to 255, before the first layer: (p / 255 - mean) / deviation by channel. */
public enum Normalisation {
    /** Mean and deviation of ImageNet's colours, as torchvision's networks and most of timm's have it. */
    IMAGENET,
    /** (p - 127.5) / 127.5, -1 to 1, as timm's ViTs of Google's "augreg" weights have it. */
    HALF,
    /** (p - 128) / 128, as quantised MobileNets have it. */
    CENTRED,
    /** CLIP's colours. */
    CLIP,
    /** p / 255, 0 to 1. */
    NONE,
    /** p itself, 0 to 255, as networks have it that normalise by themselves. */
    RAW;

    private static final float LARGEST = 255f;
    private static final float MIDDLE = 128f / 255f;

    private float[] mean() {
        return switch (this) {
            case IMAGENET -> new float[] {0.485f, 0.456f, 0.406f};
            case HALF -> new float[] {0.5f};
            case CENTRED -> new float[] {MIDDLE};
            case CLIP -> new float[] {0.4814547f, 0.4578275f, 0.4082107f};
            case NONE, RAW -> new float[] {0f};
        };
    }

    private float[] deviation() {
        return switch (this) {
            case IMAGENET -> new float[] {0.229f, 0.224f, 0.225f};
            case HALF -> new float[] {0.5f};
            case CENTRED -> new float[] {MIDDLE};
            case CLIP -> new float[] {0.2686295f, 0.261303f, 0.2757771f};
            case NONE -> new float[] {1f};
            case RAW -> new float[] {1f / LARGEST};
        };
    }

    /**
     * Adds it to a graph.
     *
     * @param image [N, H, W, C] uint8
     * @return the same shape, float32
     */
    Operand<TFloat32> apply(Ops tf, Operand<TUint8> image) {
        float[] mean = mean();
        float[] deviation = deviation();
        float[] shift = new float[mean.length];
        float[] divisor = new float[mean.length];
        for (int c = 0; c < mean.length; c++) {
            shift[c] = LARGEST * mean[c];
            divisor[c] = LARGEST * deviation[c];
        }
        return tf.math.div(
                tf.math.sub(tf.dtypes.cast(image, TFloat32.class), tf.constant(shift)), tf.constant(divisor));
    }

    /** As it is written on a command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
