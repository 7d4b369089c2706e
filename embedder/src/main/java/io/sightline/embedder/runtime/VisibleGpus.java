package io.sightline.embedder.runtime;

import io.sightline.embedder.tensorflow.NativeTensorFlow;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.internal.c_api.AbstractTF_Graph;
import org.tensorflow.internal.c_api.AbstractTF_Session;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.ConfigProto;

/** The GPUs that TensorFlow sees in this process. Unverified: counted only where there are none. */
final class VisibleGpus {

    private static final String TYPE = "GPU";

    private VisibleGpus() {}

    /**
     * Looks whether one is there.
     *
     * @throws DeviceUnavailableException if it is not
     */
    static void require(ComputeDevice.Gpu gpu) {
        int count = count();
        if (gpu.number() >= count) {
            throw new DeviceUnavailableException("device " + gpu + " is not there: TensorFlow sees "
                    + (count == 0 ? "no GPU" : "GPUs up to gpu:" + (count - 1))
                    + " in this process. Choose auto or cpu; or build with -Dtf.classifier=linux-x86_64-gpu, look whether"
                    + " nvidia-smi lists the GPU on this machine, and whether CUDA_VISIBLE_DEVICES hides it");
        }
    }

    /** Opens a session, since it is sessions that have devices, and closes it again. */
    @SuppressWarnings("try") // The scope frees what is made in it.
    static int count() {
        NativeTensorFlow.load();
        try (PointerScope scope = new PointerScope()) {
            TF_Status status = TF_Status.newStatus();
            TF_SessionOptions options = TF_SessionOptions.newSessionOptions();
            ConfigProto config = SessionConfigs.of(ComputeDevice.auto());
            BytePointer bytes = new BytePointer(config.toByteArray());
            tensorflow.TF_SetConfig(options, bytes, bytes.capacity(), status);
            status.throwExceptionIfNotOK();
            TF_Session session = AbstractTF_Session.newSession(AbstractTF_Graph.newGraph(), options, status);
            status.throwExceptionIfNotOK();
            TF_DeviceList devices = tensorflow.TF_SessionListDevices(session, status);
            status.throwExceptionIfNotOK();
            try {
                return count(devices, status);
            } finally {
                tensorflow.TF_DeleteDeviceList(devices);
            }
        }
    }

    private static int count(TF_DeviceList devices, TF_Status status) {
        int count = 0;
        for (int i = 0; i < tensorflow.TF_DeviceListCount(devices); i++) {
            String type = tensorflow.TF_DeviceListType(devices, i, status).getString();
            status.throwExceptionIfNotOK();
            count += type.equals(TYPE) ? 1 : 0;
        }
        return count;
    }
}
