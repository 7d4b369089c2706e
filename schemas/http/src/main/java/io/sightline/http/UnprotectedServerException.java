package io.sightline.http;

/** A server was to listen where strangers reach it, without asking them who they are. */
public final class UnprotectedServerException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    UnprotectedServerException(String host) {
        super("a server on " + host + " is reached from other machines and would answer anybody: create a key with"
                + " `sightline keys create` and set sightline.auth.api-keys to its file, or set sightline.auth.jwt.issuer,"
                + " sightline.auth.jwt.audience and sightline.auth.jwt.jwks; or listen on 127.0.0.1");
    }
}
