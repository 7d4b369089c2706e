package io.sightline.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ports on loopback. */
public final class Ports {

    private static final Logger LOG = LoggerFactory.getLogger(Ports.class);
    private static final int ATTEMPTS = 100;
    private static final int LEAST = 20_000;
    /** Linux takes ports of outgoing connections from here on. */
    private static final int LEAST_OUTGOING = 32_768;

    private Ports() {}

    /**
     * A port that is free now and that the system gives to no outgoing connection: it stays free until its owner, which
     * may take seconds to start, listens there, and while that one is down, however often its clients try to connect.
     */
    public static int free() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                return bind(ThreadLocalRandom.current().nextInt(LEAST, LEAST_OUTGOING));
            } catch (LocalClusterException e) {
                LOG.debug("taken, trying another: {}", e.getMessage());
            }
        }
        throw new LocalClusterException(
                "no free port on loopback from " + LEAST + " to " + LEAST_OUTGOING + ": stop what listens there", null);
    }

    /** The wanted port if it is free, else any that is; 0 wants none. */
    static int freeOrAny(int wanted) {
        try {
            return wanted == 0 ? free() : bind(wanted);
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
            return wanted == 0 ? free() : bind(wanted);
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
