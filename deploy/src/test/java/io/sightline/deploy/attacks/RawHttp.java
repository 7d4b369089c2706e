package io.sightline.deploy.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.http.ApiServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Sends bytes as they are: a proper client would not send what an attacker does. */
final class RawHttp {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long MOST_SLOW_BYTES = 400;

    private RawHttp() {}

    /**
     * What came back.
     *
     * @param status HTTP status, 0 if the connection was closed without a word
     * @param headers by lower-case name; of one that comes twice, both with a line between
     */
    record Answer(int status, Map<String, String> headers, String body) {

        /** The type of the error, empty if the body is none. */
        String type() throws IOException {
            return header("content-type").startsWith("application/json") && !body.isEmpty()
                    ? ApiServer.JSON.readTree(body).path("error").path("type").asText()
                    : "";
        }

        JsonNode json() throws IOException {
            return ApiServer.JSON.readTree(body);
        }

        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    /**
     * Sends a request and reads until the server closes.
     *
     * @param slowMillis pause after each byte behind the head, or in the head if there is no body; 0 sends all at once
     */
    static Answer exchange(String url, String head, byte[] body, long slowMillis) throws Exception {
        URI uri = URI.create(url);
        byte[] start = head.replace("{host}", uri.getAuthority()).getBytes(StandardCharsets.ISO_8859_1);
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            OutputStream out = socket.getOutputStream();
            CountDownLatch answered = new CountDownLatch(1);
            Thread.startVirtualThread(() -> send(out, start, body, slowMillis, answered));
            try {
                return read(socket.getInputStream());
            } finally {
                answered.countDown();
            }
        }
    }

    /** With a pace, a byte each time, until the server has answered. */
    private static void send(OutputStream out, byte[] head, byte[] body, long slowMillis, CountDownLatch answered) {
        try {
            if (slowMillis == 0) {
                out.write(head);
                out.write(body);
                out.flush();
                return;
            }
            if (body.length > 0) {
                out.write(head);
            }
            byte[] slowly = body.length > 0 ? body : head;
            long most = Math.min(slowly.length, MOST_SLOW_BYTES);
            for (int i = 0; i < most && !answered.await(slowMillis, TimeUnit.MILLISECONDS); i++) {
                out.write(slowly[i]);
                out.flush();
            }
        } catch (IOException e) {
            // The server had enough: what it answered, if anything, is what is looked at.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Answer read(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (SocketException e) {
            // Reset behind the answer, because more was sent than the server read.
        }
        String text = all.toString(StandardCharsets.UTF_8);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return new Answer(0, Map.of(), text);
        }
        String[] lines = text.substring(0, end).split("\r\n", -1);
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.merge(
                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(colon + 1).strip(),
                    (one, other) -> one + "\n" + other);
        }
        String body = text.substring(end + 4);
        if (headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
            body = body.substring(body.indexOf("\r\n") + 2, body.lastIndexOf("\r\n0\r\n"));
        }
        return new Answer(Integer.parseInt(lines[0].split(" ", -1)[1]), headers, body);
    }
}
