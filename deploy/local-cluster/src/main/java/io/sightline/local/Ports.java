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
    private static final int LEAST_FOR_RESTARTS = 20_000;
    /** Linux takes ports of outgoing connections from here on. */
    private static final int LEAST_OUTGOING = 32_768;

    private Ports() {}

    /** A port that is free now. */
    public static int free() {
        return bind(0);
    }

    /**
     * A port that is free now and that the system gives to no outgoing connection: it stays free while its owner is
     * down, however often its clients try to connect.
     */
    static int freeForRestarts() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                return bind(ThreadLocalRandom.current().nextInt(LEAST_FOR_RESTARTS, LEAST_OUTGOING));
            } catch (LocalClusterException e) {
                LOG.debug("taken, trying another: {}", e.getMessage());
            }
        }
        throw new LocalClusterException(
                "no free port on loopback from " + LEAST_FOR_RESTARTS + " to " + LEAST_OUTGOING
                        + ": stop what listens there",
                null);
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
