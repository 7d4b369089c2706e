package io.sightline.deploy.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import javax.net.ssl.SSLSocketFactory;

/**
 * A connection that takes one HTTP/1.1 request after the other and reads no more of an answer than it must: the load
 * generator shares the processors with what it loads. Not thread-safe; close it once.
 */
final class LoadConnection implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final int BUFFER = 16 * 1024;
    private static final int LONGEST_LINE = 16 * 1024;
    private static final String LENGTH = "content-length:";
    private static final String CHUNKED = "transfer-encoding: chunked";
    private static final String CLOSE = "connection: close";

    private final Socket socket;
    private final InputStream in;
    private boolean reusable = true;

    /**
     * Connects.
     *
     * @param answer longest that an answer may keep silent
     */
    LoadConnection(URI address, Duration answer) throws IOException {
        boolean tls = "https".equals(address.getScheme());
        int port = address.getPort() >= 0 ? address.getPort() : tls ? 443 : 80;
        this.socket = tls ? SSLSocketFactory.getDefault().createSocket() : new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) answer.toMillis());
            socket.connect(new InetSocketAddress(address.getHost(), port), (int) CONNECT.toMillis());
            this.in = new BufferedInputStream(socket.getInputStream(), BUFFER);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Sends a request and reads its answer to the end.
     *
     * @param request all of it
     * @return the status
     */
    int exchange(byte[] request) throws IOException {
        reusable = false;
        socket.getOutputStream().write(request);
        int status = status(line());
        long length = 0;
        boolean chunked = false;
        boolean closes = false;
        for (String line = line(); !line.isEmpty(); line = line()) {
            String header = line.toLowerCase(Locale.ROOT);
            if (header.startsWith(LENGTH)) {
                length = Long.parseLong(header.substring(LENGTH.length()).strip());
            }
            chunked |= header.startsWith(CHUNKED);
            closes |= header.startsWith(CLOSE);
        }
        if (chunked) {
            skipChunks();
        } else {
            in.skipNBytes(length);
        }
        reusable = !closes;
        return status;
    }

    /** Whether it takes another request. */
    boolean isReusable() {
        return reusable;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone all the same.
            reusable = false;
        }
    }

    private static int status(String line) throws IOException {
        String[] words = line.split(" ", 3);
        if (words.length < 2 || !line.startsWith("HTTP/1.1 ")) {
            throw new IOException("no answer of HTTP/1.1 begins with '" + line + "'");
        }
        return Integer.parseInt(words[1]);
    }

    private void skipChunks() throws IOException {
        long size;
        do {
            size = Long.parseLong(line().strip(), 16);
            in.skipNBytes(size);
            line();
        } while (size > 0);
    }

    private String line() throws IOException {
        byte[] line = new byte[128];
        int length = 0;
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection ended within an answer");
            }
            if (length == LONGEST_LINE) {
                throw new IOException("a line of an answer has no end");
            }
            if (length == line.length) {
                line = Arrays.copyOf(line, 2 * length);
            }
            line[length++] = (byte) next;
        }
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        return new String(line, 0, end, StandardCharsets.ISO_8859_1);
    }
}
