package io.sightline.deploy.attacks;

import java.nio.charset.StandardCharsets;

/**
 * A request as it is sent, byte by byte. Immutable.
 *
 * @param name what is tried
 * @param target which server
 * @param head line and headers as they are sent; {@code {host}} stands for the server's own address
 * @param body what follows
 * @param slowMillis pause between two bytes
 * @param times how often it is sent, one after the other; the last answer counts
 */
record Request(String name, Target target, String head, byte[] body, long slowMillis, int times) {

    /** Servers that are attacked. */
    enum Target {
        /** The gateway, which asks for keys or tokens. */
        INGEST,
        /** The indexer, which asks for them too. */
        SEARCH,
        /** A server on loopback that asks nobody. */
        OPEN,
        /** One that asks for keys, with limits that are easy to reach. */
        STRICT
    }

    /** A request with a method and a target as they stand, and headers with lines between. */
    static Request on(Target target, String name, String line, String... headers) {
        StringBuilder head = new StringBuilder(line).append(" HTTP/1.1\r\nConnection: close\r\n");
        boolean host = false;
        for (String header : headers) {
            head.append(header).append("\r\n");
            host |= header.startsWith("Host:");
        }
        if (!host) {
            head.append("Host: {host}\r\n");
        }
        return new Request(name, target, head.append("\r\n").toString(), new byte[0], 0, 1);
    }

    Request with(byte[] content) {
        String length = head.contains("Transfer-Encoding") || head.contains("Content-Length")
                ? head
                : head.substring(0, head.length() - 2) + "Content-Length: " + content.length + "\r\n\r\n";
        return new Request(name, target, length, content, slowMillis, times);
    }

    Request with(String content) {
        return with(content.getBytes(StandardCharsets.UTF_8));
    }

    Request slowly(long millis) {
        return new Request(name, target, head, body, millis, times);
    }

    Request repeated(int often) {
        return new Request(name, target, head, body, slowMillis, often);
    }

    /** As a row of the table that is refused. */
    Attack.Refused gets(int status, String type) {
        return new Attack.Refused(this, status, type, "");
    }

    /** As a row of the table that is stored, and answered with this among the JSON. */
    Attack.Stored isStoredSaying(String says) {
        return new Attack.Stored(this, says);
    }
}
