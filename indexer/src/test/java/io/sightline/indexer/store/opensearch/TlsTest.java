package io.sightline.indexer.store.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.sightline.embedder.testing.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On https, hosts are trusted whose certificate was signed by whom we trust. */
@Timeout(Patience.TEST_SECONDS)
class TlsTest {

    private static final String PASSWORD = "changeit";

    @TempDir
    Path directory;

    private Path keys;
    private Path pem;

    @SuppressWarnings("NullAway.Init") // Made before each test.
    TlsTest() {}

    @BeforeEach
    void makeCertificate() throws IOException, InterruptedException, GeneralSecurityException {
        keys = directory.resolve("keys.p12");
        pem = directory.resolve("ca.pem");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "search",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=search",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        keys.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).as(said).isZero();
        String encoded = Base64.getMimeEncoder()
                .encodeToString(store().getCertificate("search").getEncoded());
        Files.writeString(pem, "-----BEGIN CERTIFICATE-----\n" + encoded + "\n-----END CERTIFICATE-----\n");
    }

    @Test
    void shouldTrustTheCertificatesOfAFile() throws Exception {
        try (AnsweringServer server = secured();
                OpenSearchConnection connection = connection(server, new OpenSearchSettings.Trust(pem, null))) {
            assertThat(connection.send(Call.get("/")).path("ok").asBoolean()).isTrue();
        }
    }

    @Test
    void shouldTrustTheCertificatesOfATrustStore() throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("search", store().getCertificate("search"));
        Path file = directory.resolve("trusted.p12");
        try (var out = Files.newOutputStream(file)) {
            trusted.store(out, PASSWORD.toCharArray());
        }
        try (AnsweringServer server = secured();
                OpenSearchConnection connection = connection(server, new OpenSearchSettings.Trust(file, PASSWORD))) {
            assertThat(connection.send(Call.get("/")).path("ok").asBoolean()).isTrue();
        }
    }

    @Test
    void shouldSayAtOnceThatAHostIsNotTrusted() throws Exception {
        try (AnsweringServer server = secured();
                OpenSearchConnection connection = connection(server, null)) {
            assertThatExceptionOfType(AccessRefusedException.class)
                    .isThrownBy(() -> connection.write("look", Call.get("/")))
                    .withMessageContaining("is not trusted")
                    .withMessageContaining("127.0.0.1:" + server.port());
            assertThat(server.asked()).isEmpty();
        }
    }

    @Test
    void shouldSayThatAFileHasNoCertificates() throws IOException {
        Path empty = Files.writeString(directory.resolve("empty.pem"), "");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrustedCertificates.context(new OpenSearchSettings.Trust(empty, null)))
                .withMessageContaining("empty.pem");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrustedCertificates.context(new OpenSearchSettings.Trust(keys, "wrong")))
                .withMessageContaining("keys.p12");
    }

    private KeyStore store() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private AnsweringServer secured() throws IOException, GeneralSecurityException {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store(), PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return new AnsweringServer(server).then(200, "{\"ok\": true}");
    }

    private static OpenSearchConnection connection(AnsweringServer server, OpenSearchSettings.@Nullable Trust trust) {
        return new OpenSearchConnection(OpenSearchSettings.of(URI.create("https://127.0.0.1:" + server.port()))
                .with(trust));
    }
}
