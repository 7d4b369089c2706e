package io.sightline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.sightline.http.client.ClientAccess;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ServerTlsTest {

    private static final String PASSWORD = "for this test";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC"})
    void shouldAnswerHttpsToThoseWhoTrustItsAuthority(String algorithm) throws Exception {
        Tls tls = certificate("one", algorithm);
        try (ApiServer server = start(tls);
                TestCall trusting = new TestCall(server, new ClientAccess(null, tls.certificates()));
                TestCall other = new TestCall(server)) {
            HttpResponse<String> answer = trusting.get("/v1/thing");

            assertThat(server.url()).startsWith("https://127.0.0.1:");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Strict-Transport-Security")).isPresent();
            assertThatExceptionOfType(SSLException.class).isThrownBy(() -> other.get("/v1/thing"));
        }
    }

    @Test
    void shouldMakeTheCookieOneForHttpsOnly() throws Exception {
        Tls tls = certificate("one", "EC");
        Path file = folder.resolve("keys.json");
        String key = new ApiKeyFile(file).create("a", List.of("search"), Instant.now(), null);
        HttpSettings settings = HttpSettings.loopback(0).withTls(tls).withAccess(Access.NONE.withApiKeys(file));
        try (ApiServer server = ApiServer.start(settings, 1024, routes -> {});
                TestCall call = new TestCall(server, new ClientAccess(null, tls.certificates()))) {
            HttpResponse<String> answer = call.send("POST", "/v1/session", "{\"key\": \"" + key + "\"}");

            assertThat(cookie(answer)).endsWith("; HttpOnly; SameSite=Strict; Secure");
        }
    }

    @Test
    void shouldMakeTheCookieOneForHttpsOnlyBehindAProxyThatAnswersIt() throws Exception {
        Path file = folder.resolve("keys.json");
        String key = new ApiKeyFile(file).create("a", List.of("search"), Instant.now(), null);
        HttpSettings settings = HttpSettings.loopback(0).withAccess(Access.NONE.withApiKeys(file));
        String signIn = "{\"key\": \"" + key + "\"}";
        try (ApiServer server = ApiServer.start(settings, 1024, routes -> {});
                ApiServer behind = ApiServer.start(settings.withTlsByProxy(), 1024, routes -> {});
                TestCall call = new TestCall(server);
                TestCall callBehind = new TestCall(behind)) {
            assertThat(cookie(call.send("POST", "/v1/session", signIn))).endsWith("; SameSite=Strict");
            assertThat(cookie(callBehind.send("POST", "/v1/session", signIn))).endsWith("; SameSite=Strict; Secure");
        }
    }

    private static String cookie(HttpResponse<String> answer) {
        return answer.headers().firstValue("Set-Cookie").orElseThrow();
    }

    @Test
    void shouldShowANewCertificateWithoutARestart() throws Exception {
        Tls tls = certificate("one", "EC");
        Tls next = certificate("two", "EC");
        try (ApiServer server = start(tls)) {
            Files.copy(next.certificates(), tls.certificates(), StandardCopyOption.REPLACE_EXISTING);
            Files.copy(next.privateKey(), tls.privateKey(), StandardCopyOption.REPLACE_EXISTING);
            Files.setLastModifiedTime(
                    tls.privateKey(), FileTime.from(Instant.now().plusSeconds(10)));

            await().ignoreExceptions().untilAsserted(() -> {
                try (TestCall call = new TestCall(server, new ClientAccess(null, next.certificates()))) {
                    assertThat(call.get("/v1/thing").statusCode()).isEqualTo(200);
                }
            });
        }
    }

    @Test
    void shouldNotSpeakOldVersions() throws Exception {
        try (ApiServer server = start(certificate("one", "RSA"))) {
            URI uri = URI.create(server.url());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, null, null);
            try (Socket plain = new Socket(uri.getHost(), uri.getPort());
                    SSLSocket socket = (SSLSocket)
                            context.getSocketFactory().createSocket(plain, uri.getHost(), uri.getPort(), true)) {
                socket.setEnabledProtocols(new String[] {"TLSv1.1"});
                assertThatExceptionOfType(SSLException.class).isThrownBy(socket::startHandshake);
            }
        }
    }

    @Test
    void shouldSayWhatIsWrongWithTheFiles() throws Exception {
        Tls one = certificate("one", "EC");
        Tls two = certificate("two", "EC");
        Path rsa = Files.writeString(folder.resolve("old.pem"), "-----BEGIN RSA PRIVATE KEY-----\n");

        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> start(new Tls(one.certificates(), two.privateKey())))
                .withMessageContaining("is not that of the first certificate");
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> start(new Tls(one.certificates(), rsa)))
                .withMessageContaining("openssl pkcs8");
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> start(new Tls(folder.resolve("none.pem"), two.privateKey())))
                .withMessageContaining("none.pem");
    }

    private static ApiServer start(Tls tls) {
        return ApiServer.start(
                HttpSettings.loopback(0).withTls(tls),
                1024,
                routes -> routes.get("/v1/thing", context -> context.json(Map.of()), Scope.SEARCH));
    }

    private Tls certificate(String name, String algorithm) throws Exception {
        Path store = folder.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        name,
                        "-keyalg",
                        algorithm,
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "SAN=ip:127.0.0.1,dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        return new Tls(
                pem(name + ".crt", "CERTIFICATE", keys.getCertificate(name).getEncoded()),
                pem(
                        name + ".key",
                        "PRIVATE KEY",
                        keys.getKey(name, PASSWORD.toCharArray()).getEncoded()));
    }

    private Path pem(String file, String what, byte[] encoded) throws Exception {
        return Files.writeString(
                folder.resolve(file),
                "-----BEGIN " + what + "-----\n"
                        + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                                .encodeToString(encoded)
                        + "\n-----END " + what + "-----\n");
    }
}
