package io.sightline.trainer.training;

import org.tensorflow.proto.ConfigProto;

/** How many threads a TensorFlow session computes with. */
final class Threads {

    private Threads() {}

    /** A session's configuration; 0 leaves the number to TensorFlow, which takes all cores. */
    static ConfigProto of(int threads) {
        return ConfigProto.newBuilder()
                .setIntraOpParallelismThreads(threads)
                .setInterOpParallelismThreads(threads)
                .build();
    }
}
