package io.sightline.http;

import org.jspecify.annotations.Nullable;

/**
 * How a server is reached, and by whom. Immutable.
 *
 * @param host address to listen on, loopback unless there is a reason
 * @param port port to listen on, 0 for any
 * @param tls certificate and key to answer https with, null to answer http
 * @param tlsByProxy whether all come by a proxy that answers https, also where this server answers http
 * @param access who may call it; a server on another address than loopback does not start without
 * @param limits how much one client may ask for
 */
public record HttpSettings(
        String host, int port, @Nullable Tls tls, boolean tlsByProxy, Access access, RequestLimits limits) {

    private static final String LOOPBACK = "127.0.0.1";
    private static final int MOST_PORT = 65_535;

    /** Checks the settings. */
    public HttpSettings {
        if (host.isBlank()) {
            throw new IllegalArgumentException(
                    "sightline.http.host is empty; set an address to listen on, for instance 127.0.0.1");
        }
        if (port < 0 || port > MOST_PORT) {
            throw new IllegalArgumentException(
                    "sightline.http.port is " + port + "; set a port between 0 (any that is free) and " + MOST_PORT);
        }
    }

    /** An address without TLS, open to whoever reaches it: a server takes these only for loopback. */
    public HttpSettings(String host, int port) {
        this(host, port, null, false, Access.NONE, RequestLimits.DEFAULT);
    }

    /** On this machine only. */
    public static HttpSettings loopback(int port) {
        return new HttpSettings(LOOPBACK, port);
    }

    /** The same on another address. */
    public HttpSettings withHost(String address) {
        return new HttpSettings(address, port, tls, tlsByProxy, access, limits);
    }

    /** The same on another port. */
    public HttpSettings withPort(int number) {
        return new HttpSettings(host, number, tls, tlsByProxy, access, limits);
    }

    /** The same with https, or with http if null. */
    public HttpSettings withTls(@Nullable Tls certificate) {
        return new HttpSettings(host, port, certificate, tlsByProxy, access, limits);
    }

    /** The same behind a proxy that answers https. */
    public HttpSettings withTlsByProxy() {
        return new HttpSettings(host, port, tls, true, access, limits);
    }

    /** Whether browsers see https. */
    boolean isHttps() {
        return tls != null || tlsByProxy;
    }

    /** The same for other callers. */
    public HttpSettings withAccess(Access callers) {
        return new HttpSettings(host, port, tls, tlsByProxy, callers, limits);
    }

    /** The same with other limits. */
    public HttpSettings withLimits(RequestLimits most) {
        return new HttpSettings(host, port, tls, tlsByProxy, access, most);
    }
}
