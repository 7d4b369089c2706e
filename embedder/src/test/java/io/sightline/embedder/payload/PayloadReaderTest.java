package io.sightline.embedder.payload;

import static io.sightline.embedder.payload.PayloadServer.reference;
import static io.sightline.embedder.payload.Rejections.assertRejected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.PayloadReference;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PayloadReaderTest {

    private static final byte[] CONTENT = "an image".getBytes(StandardCharsets.UTF_8);
    private static final long CACHE = 1000;

    @TempDir
    Path root;

    private PayloadStore store;
    private PayloadServer server;

    @BeforeEach
    void start() throws Exception {
        store = new PayloadStore(root, 1000);
        server = new PayloadServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldReadFromTheStore() throws Exception {
        PayloadReader reader = new PayloadReader(store, null, CACHE);

        assertThat(reader.read(store.put(CONTENT))).isEqualTo(CONTENT);
    }

    @Test
    void shouldSayWhatToSetWhenFetchingByUrlIsOff() {
        PayloadReference reference = reference(CONTENT, "https://images.example.org/a.png?signature=secret");

        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "'https://images.example.org/a.png' does not lie in the payload store " + store.base()
                        + ", and fetching by URL is off: send the image through ingest",
                () -> new PayloadReader(store, null, CACHE).read(reference));
        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "a payload store, for none is set",
                () -> new PayloadReader(null, null, CACHE).read(reference));
    }

    @Test
    void shouldFetchByUrlWhatLiesOutsideTheStore() throws Exception {
        server.onContent("/a", CONTENT);
        PayloadReader reader = new PayloadReader(store, server.fetcher(), CACHE);

        assertThat(reader.read(server.reference("/a", CONTENT))).isEqualTo(CONTENT);
        assertThat(reader.read(store.put(CONTENT))).isEqualTo(CONTENT);
    }

    @Test
    void shouldRememberWhatItRead() throws Exception {
        PayloadReader reader = new PayloadReader(store, null, CACHE);
        PayloadReference reference = store.put(CONTENT);
        byte[] first = reader.read(reference);
        Files.delete(Path.of(URI.create(reference.getUri())));

        assertThat(reader.read(reference)).isSameAs(first);
    }

    @Test
    void shouldNotServeFromMemoryWhatItWouldNotRead() throws Exception {
        PayloadReader reader = new PayloadReader(store, null, CACHE);
        PayloadReference reference = store.put(CONTENT);
        reader.read(reference);

        PayloadReference elsewhere = reference(CONTENT, "file:///elsewhere");
        PayloadReference otherSize = new PayloadReference(reference.getUri(), reference.getSha256(), 7L);

        assertRejected(DeadLetterReason.PAYLOAD_MISSING, "does not lie in", () -> reader.read(elsewhere));
        assertRejected(DeadLetterReason.HASH_MISMATCH, "7 bytes", () -> reader.read(otherSize));
    }

    @Test
    void shouldFetchAgainWithoutACache() throws Exception {
        server.onContent("/a", CONTENT);
        PayloadReader reader = new PayloadReader(null, server.fetcher(), 0);

        reader.read(server.reference("/a", CONTENT));
        reader.read(server.reference("/a", CONTENT));

        assertThat(server.hits()).isEqualTo(2);
    }

    @Test
    void shouldFetchOnceForSeveralThreads() throws Exception {
        server.on("/a", exchange -> {
            server.awaitRelease();
            exchange.sendResponseHeaders(200, CONTENT.length);
            exchange.getResponseBody().write(CONTENT);
        });
        Readers readers = new Readers(new PayloadReader(null, server.fetcher(), 0), server.reference("/a", CONTENT));

        readers.awaitAllButOneWaiting();
        server.release();

        assertThat(readers.outcomes()).hasSize(Readers.COUNT).allMatch(CONTENT.getClass()::isInstance);
        assertThat(server.hits()).isEqualTo(1);
    }

    @Test
    void shouldTellAllThreadsOfAFailureAndTryAgainLater() throws Exception {
        AtomicInteger status = new AtomicInteger(503);
        server.on("/a", exchange -> {
            server.awaitRelease();
            exchange.sendResponseHeaders(status.get(), CONTENT.length);
            exchange.getResponseBody().write(CONTENT);
        });
        PayloadReader reader = new PayloadReader(null, server.fetcher(), CACHE);
        Readers readers = new Readers(reader, server.reference("/a", CONTENT));

        readers.awaitAllButOneWaiting();
        server.release();

        assertThat(readers.outcomes()).hasSize(Readers.COUNT).allMatch(PayloadUnavailableException.class::isInstance);
        status.set(200);
        assertThat(reader.read(server.reference("/a", CONTENT))).isEqualTo(CONTENT);
        assertThat(server.hits()).isEqualTo(2);
    }

    @Test
    void shouldTellAllThreadsOfARejection() throws Exception {
        server.on("/a", exchange -> {
            server.awaitRelease();
            exchange.sendResponseHeaders(404, -1);
        });
        Readers readers =
                new Readers(new PayloadReader(null, server.fetcher(), CACHE), server.reference("/a", CONTENT));

        readers.awaitAllButOneWaiting();
        server.release();

        assertThat(readers.outcomes()).hasSize(Readers.COUNT).allMatch(RejectedImageException.class::isInstance);
    }

    @Test
    void shouldNotKeepAnInterruptedThreadWaiting() throws Exception {
        server.on("/a", exchange -> server.awaitRelease());
        Readers readers =
                new Readers(new PayloadReader(null, server.fetcher(), CACHE), server.reference("/a", CONTENT));
        readers.awaitAllButOneWaiting();

        readers.interruptWaiting();

        await().until(() -> readers.finished() == Readers.COUNT - 1);
        server.release();
        assertThat(readers.outcomes()).allMatch(PayloadUnavailableException.class::isInstance);
    }

    @Test
    void shouldRefuseANegativeCache() {
        assertThatThrownBy(() -> new PayloadReader(store, null, -1)).hasMessageContaining("0 turns it off");
    }

    /** Threads that read the same payload. */
    private static final class Readers {

        static final int COUNT = 4;

        private final List<Thread> threads = new ArrayList<>();
        private final List<Object> outcomes = Collections.synchronizedList(new ArrayList<>());

        Readers(PayloadReader reader, PayloadReference reference) {
            for (int i = 0; i < COUNT; i++) {
                threads.add(Thread.ofPlatform().start(() -> outcomes.add(outcome(reader, reference))));
            }
        }

        private static Object outcome(PayloadReader reader, PayloadReference reference) {
            try {
                return reader.read(reference);
            } catch (Exception e) {
                return e;
            }
        }

        void awaitAllButOneWaiting() {
            await().until(() -> waiting().size() == COUNT - 1);
        }

        void interruptWaiting() {
            waiting().forEach(Thread::interrupt);
        }

        int finished() {
            return outcomes.size();
        }

        List<Object> outcomes() throws InterruptedException {
            for (Thread thread : threads) {
                thread.join();
            }
            return outcomes;
        }

        private List<Thread> waiting() {
            return threads.stream()
                    .filter(thread -> thread.getState() == Thread.State.WAITING)
                    .toList();
        }
    }
}
