package io.sightline.embedder.runtime;

/** A network is to run on a device that is not there. It is not loaded, and runs nowhere else instead. */
public final class DeviceUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Names the device and what to do. */
    public DeviceUnavailableException(String message) {
        super(message);
    }
}
