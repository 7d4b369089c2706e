package io.sightline.embedder.payload;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.schemas.avro.DeadLetterReason;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the answer to one GET that asked for the connection to be closed (RFC 9112). Of the head no more than 16 KiB
 * are read, of the body no more than the limit, and no memory is taken by what a header claims. Not thread-safe.
 */
final class HttpAnswerReader {

    private static final int MAX_HEAD_BYTES = 16 * 1024;
    private static final int MAX_CHUNK_LINE_BYTES = 256;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})(?: .*)?");
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,18}");
    private static final Pattern CHUNK = Pattern.compile("([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?");

    private final InputStream in;
    private final String url;
    private final long maxBytes;
    private int lineBytesLeft;

    /**
     * Nothing is read yet.
     *
     * @param url what was asked for, for messages
     * @param maxBytes of the body
     */
    HttpAnswerReader(InputStream in, String url, long maxBytes) {
        this.in = new BufferedInputStream(in);
        this.url = url;
        this.maxBytes = maxBytes;
    }

    /**
     * Reads the answer.
     *
     * @throws RejectedImageException with reason OVERSIZE
     * @throws IOException if the answer is cut short, or is no HTTP
     */
    HttpAnswer read() throws IOException, RejectedImageException {
        lineBytesLeft = MAX_HEAD_BYTES;
        int status;
        Map<String, String> headers;
        do {
            status = status();
            headers = headers();
        } while (status < 200);
        byte[] body = status == 200 ? body(headers) : new byte[0];
        return new HttpAnswer(status, headers.getOrDefault("location", ""), body);
    }

    private int status() throws IOException {
        Matcher matcher = STATUS.matcher(line());
        if (!matcher.matches()) {
            throw new ProtocolException("the answer does not begin with a status of HTTP/1.1");
        }
        return Integer.parseInt(matcher.group(1));
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new ProtocolException("the answer has a header without a name");
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            String before = headers.put(name, value);
            if (name.equals("content-length") && before != null && !before.equals(value)) {
                throw new ProtocolException("the answer has two lengths");
            }
        }
        return headers;
    }

    private byte[] body(Map<String, String> headers) throws IOException, RejectedImageException {
        String encoding = headers.get("transfer-encoding");
        String length = headers.get("content-length");
        if (encoding != null) {
            requireChunked(encoding);
            return chunks();
        }
        return length == null ? untilClosed() : exactly(length(length), maxBytes);
    }

    private byte[] untilClosed() throws IOException, RejectedImageException {
        byte[] body = in.readNBytes((int) maxBytes + 1);
        requireSize(body.length, maxBytes);
        return body;
    }

    private byte[] exactly(long length, long limit) throws IOException, RejectedImageException {
        requireSize(length, limit);
        byte[] bytes = in.readNBytes((int) length);
        if (bytes.length < length) {
            throw new EOFException("the answer ends after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private byte[] chunks() throws IOException, RejectedImageException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (long size = chunkSize(); size > 0; size = chunkSize()) {
            body.writeBytes(exactly(size, maxBytes - body.size()));
            if (!line().isEmpty()) {
                throw new ProtocolException("a chunk of the answer does not end where it says");
            }
        }
        return body.toByteArray();
    }

    private long chunkSize() throws IOException {
        lineBytesLeft = MAX_CHUNK_LINE_BYTES;
        Matcher matcher = CHUNK.matcher(line());
        if (!matcher.matches()) {
            throw new ProtocolException("a chunk of the answer does not begin with its size");
        }
        return Long.parseLong(matcher.group(1), 16);
    }

    /** A line that ends in LF or CR LF, without its end. */
    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int read = in.read(); read != '\n'; read = in.read()) {
            if (read < 0) {
                throw new EOFException("the answer ends within a line");
            }
            lineBytesLeft--;
            if (lineBytesLeft < 0) {
                throw new ProtocolException("the head of the answer, or of a chunk, is too long");
            }
            line.write(read);
        }
        lineBytesLeft--;
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private void requireSize(long size, long limit) throws RejectedImageException {
        if (size > limit) {
            throw new RejectedImageException(
                    DeadLetterReason.OVERSIZE,
                    "the answer to " + ReferenceCheck.shown(url) + " has more than the " + maxBytes
                            + " bytes that are accepted");
        }
    }

    private static void requireChunked(String encoding) throws ProtocolException {
        if (!encoding.equalsIgnoreCase("chunked")) {
            throw new ProtocolException("the answer has a transfer encoding other than chunked");
        }
    }

    private static long length(String header) throws ProtocolException {
        if (!DECIMAL.matcher(header).matches()) {
            throw new ProtocolException("the answer's length is no number");
        }
        return Long.parseLong(header);
    }
}
