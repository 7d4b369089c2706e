package io.sightline.embedder.runtime;

import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;

/**
 * How sessions are opened. They do not choose among the GPUs: TensorFlow numbers the GPUs of a process once, and refuses
 * a session that would number them otherwise than the ones before, such as those of DJL, which see all. Which GPU an
 * operation runs on is written into the graph, see {@link PinnedGraph}. Nor do they set threads: those of the first
 * session are those of all.
 */
final class SessionConfigs {

    private SessionConfigs() {}

    /** A session on a device. GPU memory is taken as it is needed, if no session of the process has taken all of it before. */
    static ConfigProto of(ComputeDevice device) {
        return switch (device) {
            case ComputeDevice.Cpu cpu ->
                ConfigProto.newBuilder().putDeviceCount("GPU", 0).build();
            case ComputeDevice.Auto auto -> onGpus();
            case ComputeDevice.Gpu gpu -> onGpus();
        };
    }

    private static ConfigProto onGpus() {
        return ConfigProto.newBuilder()
                .setAllowSoftPlacement(true)
                .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
                .build();
    }
}
