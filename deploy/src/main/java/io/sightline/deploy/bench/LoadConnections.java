package io.sightline.deploy.bench;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;

/**
 * Connections to a server that are used again and again, the latest first. Those who come when all are taken wait, and their
 * latency says so. Close it once, when nobody uses it; thread-safe otherwise.
 */
final class LoadConnections implements AutoCloseable {

    private static final int MOST = 1_000;
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final URI address;
    private final Semaphore free = new Semaphore(MOST);
    private final ConcurrentLinkedDeque<LoadConnection> idle = new ConcurrentLinkedDeque<>();

    LoadConnections(URI address) {
        this.address = address;
    }

    /** Sends a request on any of them and returns the status of its answer. */
    int exchange(byte[] request) throws IOException, InterruptedException {
        free.acquire();
        try {
            LoadConnection used = idle.pollFirst();
            if (used != null) {
                try {
                    return exchange(used, request);
                } catch (IOException e) {
                    // The server may have closed it while it was idle. Our requests may be sent twice.
                    used.close();
                }
            }
            return exchange(new LoadConnection(address, ANSWER), request);
        } finally {
            free.release();
        }
    }

    @Override
    public void close() {
        idle.forEach(LoadConnection::close);
    }

    private int exchange(LoadConnection connection, byte[] request) throws IOException {
        boolean kept = false;
        try {
            int status = connection.exchange(request);
            kept = connection.isReusable();
            return status;
        } finally {
            if (kept) {
                idle.addFirst(connection);
            } else {
                connection.close();
            }
        }
    }
}
