package io.sightline.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports on loopback. */
public final class Ports {

    private Ports() {}

    /** A port that is free now. */
    public static int free() {
        return bind(0);
    }

    /** The wanted port if it is free, else any that is. */
    static int freeOrAny(int wanted) {
        try {
            return bind(wanted);
        } catch (LocalClusterException e) {
            return free();
        }
    }

    /**
     * The wanted port if it is free, or any free one for 0.
     *
     * @throws LocalClusterException if the wanted port is taken
     */
    public static int freeOr(String user, int wanted) {
        try {
            return bind(wanted);
        } catch (LocalClusterException e) {
            throw new LocalClusterException(
                    "port " + wanted + " for " + user + " is taken: stop what listens there or choose another port", e);
        }
    }

    private static int bind(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new LocalClusterException("no port " + port + " on loopback: " + e.getMessage(), e);
        }
    }
}
