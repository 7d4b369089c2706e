package io.sightline.embedder.payload;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * A plain connection to one address, past any proxy, whose every read ends with the deadline. A read timeout alone
 * would start anew with each byte of a server that sends them one by one, and with each of a TLS record. Not
 * thread-safe.
 */
final class DeadlineSocket extends Socket {

    private final Deadline deadline;

    private DeadlineSocket(Deadline deadline) {
        super(Proxy.NO_PROXY);
        this.deadline = deadline;
    }

    /**
     * Connects to the first of several addresses that answers.
     *
     * @throws IOException if none does, or the deadline has passed
     */
    static DeadlineSocket connect(InetAddress[] addresses, int port, Deadline deadline) throws IOException {
        @Nullable IOException failure = null;
        for (InetAddress address : addresses) {
            DeadlineSocket socket = new DeadlineSocket(deadline);
            try {
                socket.connect(new InetSocketAddress(address, port), deadline.remainingMillis());
                return socket;
            } catch (IOException e) {
                socket.close();
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        throw failure == null ? new UnknownHostException("the host has no address") : failure;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {
            @Override
            public int read() throws IOException {
                setSoTimeout(deadline.remainingMillis());
                return super.read();
            }

            @Override
            public int read(byte[] target, int from, int length) throws IOException {
                setSoTimeout(deadline.remainingMillis());
                return super.read(target, from, length);
            }
        };
    }
}
