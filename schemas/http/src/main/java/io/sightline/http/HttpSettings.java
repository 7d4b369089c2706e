package io.sightline.http;

/**
 * How a server is reached. Immutable.
 *
 * @param host address to listen on, loopback unless there is a reason
 * @param port port to listen on, 0 for any
 */
public record HttpSettings(String host, int port) {

    private static final String LOOPBACK = "127.0.0.1";

    /** On this machine only. */
    public static HttpSettings loopback(int port) {
        return new HttpSettings(LOOPBACK, port);
    }
}
