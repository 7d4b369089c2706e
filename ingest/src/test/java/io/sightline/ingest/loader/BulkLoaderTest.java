package io.sightline.ingest.loader;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.sightline.http.client.ClientAccess;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BulkLoaderTest {

    @TempDir
    Path folder;

    private final List<String> credentials = new CopyOnWriteArrayList<>();

    @Test
    void shouldComeBackOftenToAGatewayThatSaysWhen() throws Exception {
        BulkLoader.Report report = load(7, 429);

        assertThat(report.sent()).isEqualTo(1);
        assertThat(report.refused()).isEmpty();
        assertThat(credentials).hasSize(8).containsOnly("Bearer sl_secret");
    }

    @Test
    void shouldSayWhereTheKeyIsToBeNamedAndNotComeBackWithoutOne() throws Exception {
        BulkLoader.Report report = load(7, 401);

        assertThat(credentials).hasSize(1);
        assertThat(report.refused().getFirst().reason())
                .contains("--api-key-file", "SIGHTLINE_API_KEY")
                .doesNotContain("sl_secret");
    }

    /** From a gateway that refuses so many times before it accepts. */
    private BulkLoader.Report load(int refusals, int status) throws Exception {
        Files.write(Files.createDirectories(folder.resolve("set/one")).resolve("a.png"), new byte[] {1});
        HttpServer gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.createContext("/v1/images", exchange -> {
            credentials.add(exchange.getRequestHeaders().getFirst("Authorization"));
            boolean accepts = credentials.size() > refusals;
            byte[] body = (accepts ? "{\"sent\": true}" : "{\"error\": {\"type\": \"no\", \"message\": \"not now\"}}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Retry-After", "1");
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(accepts ? 202 : status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        gateway.start();
        URI address = URI.create("http://127.0.0.1:" + gateway.getAddress().getPort());
        try (Dataset dataset = Dataset.open(folder.resolve("set"));
                BulkLoader loader = new BulkLoader(address, 2, new ClientAccess("sl_secret", null))) {
            return loader.load(dataset.images(), LabelPolicy.ALL, () -> {});
        } finally {
            gateway.stop(0);
        }
    }
}
