package io.sightline.http;

import io.javalin.config.JavalinConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port of a server: its timeouts, its certificate, and what is looked after while it is open. Close it once. */
final class Listener implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
    private static final int MOST_HEADER_BYTES = 16 * 1024;
    private static final int MOST_CONNECTIONS = 4_096;
    /** As many may wait to be taken: those beyond it would try again after seconds, and not be told 429. */
    private static final int MOST_WAITING = 1_024;

    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration MOST_FOR_HEADERS = Duration.ofSeconds(20);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
    private static final Duration BETWEEN_PROBES = Duration.ofMillis(50);

    private final HttpSettings settings;
    private final SlowConnections connections;
    private final Congestion congestion = new Congestion(Thread::startVirtualThread, System::nanoTime);
    private final ScheduledExecutorService upkeep = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("http-upkeep").factory());
    private final SslContextFactory.@Nullable Server certificates;
    private List<FileTime> read = List.of();

    /**
     * Reads the certificate, if there is one.
     *
     * @throws UncheckedIOException naming the file that is wrong
     */
    Listener(HttpSettings settings) {
        this.settings = settings;
        this.connections = new SlowConnections(least(settings.limits().timeout(), MOST_FOR_HEADERS));
        try {
            this.certificates = settings.tls() == null ? null : certificates(settings.tls());
        } catch (IOException e) {
            throw new UncheckedIOException("TLS cannot be set up: " + e, e);
        }
    }

    /** Whether requests wait for too long before anybody works on them. */
    Congestion congestion() {
        return congestion;
    }

    void configure(JavalinConfig config) {
        config.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setSendXPoweredBy(false);
            http.setRequestHeaderSize(MOST_HEADER_BYTES);
        });
        config.jetty.modifyServer(server -> {
            server.setErrorHandler(new JsonErrors());
            SecurityHeaders headers = new SecurityHeaders();
            RequestMethods methods = new RequestMethods();
            headers.setHandler(methods);
            methods.setHandler(new SlowBodies(settings.limits()));
            server.setHandler(headers);
        });
        config.jetty.addConnector(this::connector);
    }

    void startUpkeep() {
        upkeep.scheduleWithFixedDelay(
                this::look, BETWEEN_LOOKS.toMillis(), BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
        upkeep.scheduleWithFixedDelay(this::probe, 0, BETWEEN_PROBES.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        upkeep.shutdownNow();
    }

    private Connector connector(Server server, HttpConfiguration http) {
        ServerConnector connector;
        if (certificates == null) {
            connector = new UninterruptedConnector(server, new HttpConnectionFactory(http));
        } else {
            HttpConfiguration https = new HttpConfiguration(http);
            // A client verifies the name; a server that also did would refuse those who come by address.
            https.addCustomizer(new SecureRequestCustomizer(false));
            HttpConnectionFactory inside = new HttpConnectionFactory(https);
            connector = new UninterruptedConnector(
                    server, new SslConnectionFactory(certificates, inside.getProtocol()), inside);
        }
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setAcceptQueueSize(MOST_WAITING);
        connector.setIdleTimeout(least(settings.limits().timeout(), IDLE).toMillis());
        connector.addBean(connections);
        server.addBean(new NetworkConnectionLimit(MOST_CONNECTIONS, connector));
        return connector;
    }

    private SslContextFactory.Server certificates(Tls tls) throws IOException {
        read = TlsKeys.changed(tls);
        SslContextFactory.Server factory = new SslContextFactory.Server();
        factory.setKeyStore(TlsKeys.read(tls));
        factory.setKeyStorePassword(TlsKeys.PASSWORD);
        factory.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        return factory;
    }

    private void probe() {
        try {
            congestion.probe();
        } catch (RuntimeException | OutOfMemoryError e) { // A task that throws is not run again.
            LOG.warn("how long requests wait cannot be seen now: {}", e.toString());
        }
    }

    private void look() {
        connections.closeThoseTooSlow();
        Tls tls = settings.tls();
        if (tls == null || certificates == null) {
            return;
        }
        try {
            List<FileTime> now = TlsKeys.changed(tls);
            if (!now.equals(read)) {
                read = now;
                KeyStore keys = TlsKeys.read(tls);
                certificates.reload(factory -> factory.setKeyStore(keys));
                LOG.info("read the certificate {} again", tls.certificates());
            }
        } catch (Exception e) { // Jetty's reload throws any. The next change may mend it.
            LOG.error("the certificate changed and cannot be used, the one before stays until it changes again", e);
        }
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
