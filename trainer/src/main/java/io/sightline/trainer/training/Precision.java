package io.sightline.trainer.training;

import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;

/** What training computes with. Weights, moments and losses are float32 with either. */
public enum Precision {
    /** float32 throughout. */
    FLOAT32(1),
    /**
     * TensorFlow's automatic mixed precision: float16 on a GPU, bfloat16 on a CPU that multiplies such, float32 where
     * the device has neither. The loss is scaled by a power of two so that small gradients do not vanish in float16.
     */
    MIXED(1024);

    private final float lossScale;

    Precision(float lossScale) {
        this.lossScale = lossScale;
    }

    /** What the loss is multiplied by before gradients are taken, and these are divided by. */
    float lossScale() {
        return lossScale;
    }

    /**
     * A session's configuration.
     *
     * @param threads of one operation, 0 for what TensorFlow takes: all cores
     */
    ConfigProto session(int threads) {
        ConfigProto.Builder config =
                ConfigProto.newBuilder().setIntraOpParallelismThreads(threads).setInterOpParallelismThreads(threads);
        if (this == MIXED) {
            config.setGraphOptions(GraphOptions.newBuilder()
                    .setRewriteOptions(RewriterConfig.newBuilder()
                            .setAutoMixedPrecision(RewriterConfig.Toggle.ON)
                            .setAutoMixedPrecisionOnednnBfloat16(RewriterConfig.Toggle.ON)));
        }
        return config.build();
    }
}
