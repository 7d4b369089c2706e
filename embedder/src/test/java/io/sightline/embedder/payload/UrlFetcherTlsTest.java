package io.sightline.embedder.payload;

import static io.sightline.embedder.payload.PayloadServer.reference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.sightline.embedder.testing.Patience;
import io.sightline.schemas.avro.PayloadReference;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(Patience.TEST_SECONDS)
class UrlFetcherTlsTest {

    private static final byte[] CONTENT = "an image".getBytes(StandardCharsets.UTF_8);
    private static final String PASSWORD = "for this test";

    private static final Duration PATIENT = Duration.ofSeconds(20);

    private static SSLContext tls;
    private static HttpsServer server;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        tls = context(keyStore(folder.resolve("keys.p12")));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.createContext("/a", exchange -> {
            exchange.sendResponseHeaders(200, CONTENT.length);
            exchange.getResponseBody().write(CONTENT);
            exchange.close();
        });
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    @Test
    void shouldFetchFromAHostThatProvesItsName() throws Exception {
        byte[] content = fetcher("images.example.org", port(), tls.getSocketFactory(), PATIENT)
                .get(at("images.example.org", port()));

        assertThat(content).isEqualTo(CONTENT);
    }

    @Test
    void shouldNotTrustACertificateForAnotherName() {
        UrlFetcher fetcher = fetcher("other.example.org", port(), tls.getSocketFactory(), PATIENT);

        assertThatThrownBy(() -> fetcher.get(at("other.example.org", port())))
                .isInstanceOf(PayloadUnavailableException.class)
                .hasMessageContaining("SSLHandshakeException")
                .hasMessageContaining("other.example.org");
    }

    @Test
    void shouldNotTrustACertificateOfUnknownOrigin() {
        UrlFetcher fetcher =
                fetcher("images.example.org", port(), (SSLSocketFactory) SSLSocketFactory.getDefault(), PATIENT);

        assertThatThrownBy(() -> fetcher.get(at("images.example.org", port())))
                .isInstanceOf(PayloadUnavailableException.class)
                .hasMessageContaining("SSLHandshakeException");
    }

    @Test
    void shouldGiveUpOnAHandshakeThatComesByteByByte() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> drip(listener, done));
            UrlFetcher fetcher = fetcher(
                    "images.example.org", listener.getLocalPort(), tls.getSocketFactory(), Duration.ofSeconds(1));

            assertThatThrownBy(() -> fetcher.get(at("images.example.org", listener.getLocalPort())))
                    .isInstanceOf(PayloadUnavailableException.class)
                    .hasMessageContaining("no complete answer within 1000 ms");
        } finally {
            done.countDown();
        }
    }

    /** The head of a handshake record of 16,000 bytes, and then its bytes, one every 20 ms. */
    private static void drip(ServerSocket listener, CountDownLatch done) {
        try (Socket socket = listener.accept()) {
            OutputStream out = socket.getOutputStream();
            out.write(new byte[] {22, 3, 3, 62, -128});
            while (!done.await(20, TimeUnit.MILLISECONDS)) {
                out.write(2);
            }
        } catch (IOException | InterruptedException e) {
            // The client has gone, as it should.
            done.countDown();
        }
    }

    private static int port() {
        return server.getAddress().getPort();
    }

    private static PayloadReference at(String host, int port) {
        return reference(CONTENT, "https://" + host + ":" + port + "/a");
    }

    private static UrlFetcher fetcher(String host, int port, SSLSocketFactory sockets, Duration timeout) {
        return new UrlFetcher(
                new UrlFetchSettings(Set.of("https"), Set.of(host + ":" + port), 1000, timeout, Duration.ofSeconds(30)),
                new AddressPolicy(true),
                name -> new InetAddress[] {InetAddress.getLoopbackAddress()},
                sockets);
    }

    private static KeyStore keyStore(Path file) throws Exception {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process process = new ProcessBuilder(
                        keytool.toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=Sightline test",
                        "-ext",
                        "SAN=dns:images.example.org",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    /** Serves and trusts the same self-signed certificate. */
    private static SSLContext context(KeyStore keys) throws Exception {
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD.toCharArray());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }
}
