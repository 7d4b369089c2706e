package io.sightline.embedder.lanes;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.embedder.payload.PayloadStore;
import io.sightline.embedder.payload.PayloadUnavailableException;
import io.sightline.embedder.testing.Patience;
import io.sightline.schemas.avro.ImageEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(Patience.TEST_SECONDS)
class ContentReaderTest {

    private static final byte[] CONTENT = "an image".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private final CountDownLatch decoded = new CountDownLatch(1);
    private PayloadSettings settings;
    private PayloadStore store;

    @SuppressWarnings("NullAway.Init") // Set before each test.
    ContentReaderTest() {}

    @BeforeEach
    void open() {
        settings = PayloadSettings.at(folder.resolve("payloads").toString());
        store = settings.openStore();
    }

    @Test
    void shouldHandAContentToADecoder() throws Exception {
        try (ContentReader contents = reader()) {
            read(contents, event());

            assertThat(decoded.await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
        assertThat(outcome).isNotDone();
    }

    @Test
    void shouldKeepNobodyWaitingForItOnceClosed() throws Exception {
        ImageEvent event = event();
        Files.move(folder.resolve("payloads"), folder.resolve("away"));
        try (ContentReader contents = reader()) {
            read(contents, event);
            await().until(() ->
                    registry.get("sightline.embedder.payload.retries").counter().count() > 0);
        }

        assertThat(outcome)
                .failsWithin(Patience.LIMIT)
                .withThrowableThat()
                .withCauseInstanceOf(PayloadUnavailableException.class);
    }

    @Test
    void shouldCancelWhatComesAfterItWasClosed() throws Exception {
        ContentReader contents = reader();
        contents.close();

        read(contents, event());

        assertThat(outcome).isCancelled();
    }

    private ContentReader reader() {
        return new ContentReader(settings.openReader(), Runnable::run, new LaneMeters(registry, "v1"));
    }

    private void read(ContentReader contents, ImageEvent event) {
        contents.read(event, outcome, () -> {}, content -> {
            assertThat(content).isEqualTo(CONTENT);
            decoded.countDown();
        });
    }

    private ImageEvent event() throws Exception {
        return new ImageEvent(store.put(CONTENT), "image/png", Map.of(), "test", Instant.EPOCH);
    }
}
