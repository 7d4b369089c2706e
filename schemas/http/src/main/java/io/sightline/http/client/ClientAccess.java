package io.sightline.http.client;

import io.sightline.http.Loopback;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a client says who it is, and whose servers it trusts. Warns once if its key goes to another machine without
 * encryption. Thread-safe; never shows its key.
 */
public final class ClientAccess {

    /** Without a key, trusting what the JVM trusts. */
    public static final ClientAccess NONE = new ClientAccess(null, null);

    private static final Logger LOG = LoggerFactory.getLogger(ClientAccess.class);
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x21-\\x7e]+");

    private final @Nullable String credential;
    private final @Nullable Path authorities;
    private final AtomicBoolean warned = new AtomicBoolean();

    /**
     * Checks the credential.
     *
     * @param credential API key or token, null for none
     * @param authorities PEM file of the authorities whose servers are trusted, null for those that the JVM trusts
     * @throws IllegalArgumentException if the credential has characters that none has; does not repeat it
     */
    public ClientAccess(@Nullable String credential, @Nullable Path authorities) {
        if (credential != null && !HEADER_VALUE.matcher(credential).matches()) {
            throw new IllegalArgumentException(
                    "the API key is empty, or has blanks or other characters that no key has: copy it again");
        }
        this.credential = credential;
        this.authorities = authorities;
    }

    /**
     * With the key that a file holds.
     *
     * @throws IOException if it cannot be read
     */
    public static ClientAccess ofKeyFile(Path file, @Nullable Path authorities) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("there is no file " + file + " with an API key");
        }
        return new ClientAccess(Files.readString(file, StandardCharsets.UTF_8).strip(), authorities);
    }

    /**
     * A client that trusts the right servers. The caller closes it.
     *
     * @throws IllegalArgumentException if the file of authorities cannot be used
     */
    public HttpClient newClient() {
        HttpClient.Builder client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT);
        if (authorities != null) {
            client.sslContext(trusting(authorities));
        }
        return client.build();
    }

    /** Adds the credential to a request, which has its address already. */
    public HttpRequest.Builder sign(HttpRequest.Builder request) {
        if (credential == null) {
            return request;
        }
        warnIfReadable(request.build().uri());
        return request.header("Authorization", "Bearer " + credential);
    }

    private void warnIfReadable(URI address) {
        String host = String.valueOf(address.getHost());
        boolean readable = "http".equalsIgnoreCase(address.getScheme()) && !Loopback.isName(host);
        if (readable && warned.compareAndSet(false, true)) {
            LOG.warn(
                    "the API key is sent to {} over http, and can be read on its way; use https, and revoke the key if"
                            + " others share the network",
                    host);
        }
    }

    @Override
    public String toString() {
        return (credential == null ? "no API key" : "an API key")
                + (authorities == null ? "" : ", trusting " + authorities);
    }

    private static SSLContext trusting(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int number = 0;
            for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                trusted.setCertificateEntry("authority-" + number++, one);
            }
            if (number == 0) {
                throw new IllegalArgumentException("the file of authorities " + file + " has no certificate");
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "the file of authorities " + file + " cannot be used, it must be PEM: " + e.getMessage(), e);
        }
    }
}
