package io.sightline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AdmissionTest {

    @TempDir
    Path folder;

    @Test
    void shouldNotHoldAnyMoreOnceTheKeyWasRevoked() throws Exception {
        Path file = folder.resolve("keys.json");
        ApiKeyFile keys = new ApiKeyFile(file);
        String kept = keys.create("kept", List.of("search"), Instant.now(), null);
        String revoked = keys.create("revoked", List.of("search"), Instant.now(), null);
        CountDownLatch inside = new CountDownLatch(2);
        CountDownLatch end = new CountDownLatch(1);
        HttpSettings settings = HttpSettings.loopback(0).withAccess(Access.NONE.withApiKeys(file));
        try (ApiServer server = ApiServer.start(settings, 1024, routes -> {
                    routes.get("/v1/thing", context -> context.result("thing"), Scope.SEARCH);
                    routes.get(
                            "/v1/slow",
                            context -> {
                                boolean before = Admission.holds(context);
                                inside.countDown();
                                end.await();
                                context.result(before + " " + Admission.holds(context));
                            },
                            Scope.SEARCH);
                });
                TestCall call = new TestCall(server)) {
            CompletableFuture<HttpResponse<String>> one = call.start("/v1/slow", "X-Api-Key", kept);
            CompletableFuture<HttpResponse<String>> other = call.start("/v1/slow", "X-Api-Key", revoked);
            inside.await();

            keys.revoke("revoked");
            await().untilAsserted(() -> assertThat(
                            call.get("/v1/thing", "X-Api-Key", revoked).statusCode())
                    .isEqualTo(401));
            end.countDown();

            assertThat(one.get().body()).isEqualTo("true true");
            assertThat(other.get().body()).isEqualTo("true false");
        }
    }
}
