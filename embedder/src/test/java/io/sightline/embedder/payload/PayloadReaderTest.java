package io.sightline.embedder.payload;

import static io.sightline.embedder.payload.PayloadServer.reference;
import static io.sightline.embedder.payload.Rejections.assertRejected;
import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.testing.Patience;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.PayloadReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(Patience.TEST_SECONDS)
class PayloadReaderTest {

    private static final byte[] CONTENT = "an image".getBytes(StandardCharsets.UTF_8);
    private static final long CACHE = 1000;

    @TempDir
    Path folder;

    private final AtomicInteger retries = new AtomicInteger();
    private Path root;

    private PayloadStore store;
    private PayloadServer server;

    @BeforeEach
    void start() throws Exception {
        root = folder.resolve("payloads");
        store = new PayloadStore(root, 1000).create();
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

        awaitOneAskingAndTheOthersWaiting(readers);
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

        awaitOneAskingAndTheOthersWaiting(readers);
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

        awaitOneAskingAndTheOthersWaiting(readers);
        server.release();

        assertThat(readers.outcomes()).hasSize(Readers.COUNT).allMatch(RejectedImageException.class::isInstance);
    }

    @Test
    void shouldNotKeepAnInterruptedThreadWaiting() throws Exception {
        server.on("/a", exchange -> server.awaitRelease());
        Readers readers =
                new Readers(new PayloadReader(null, server.fetcher(), CACHE), server.reference("/a", CONTENT));
        awaitOneAskingAndTheOthersWaiting(readers);

        readers.interruptWaiting();

        await().until(() -> readers.finished() == Readers.COUNT - 1);
        server.release();
        assertThat(readers.outcomes()).allMatch(PayloadUnavailableException.class::isInstance);
    }

    @Test
    void shouldTakeAnInlineImageOutOfItsEvent() throws Exception {
        PayloadReader reader = new PayloadReader(null, null, 0);
        ByteBuffer buffer = ByteBuffer.wrap(CONTENT);

        assertThat(reader.content(event(new InlinePayload(buffer)))).isEqualTo(CONTENT);
        assertThat(reader.content(event(new InlinePayload(buffer)), () -> false, retries::incrementAndGet))
                .isEqualTo(CONTENT);
        assertThat(buffer.remaining()).isEqualTo(CONTENT.length);
    }

    @Test
    void shouldTryOnceUnlessItMayWait() throws Exception {
        server.onStatus("/a", 503);
        PayloadReader reader = new PayloadReader(null, server.fetcher(), CACHE);

        assertThatThrownBy(() -> reader.content(event(server.reference("/a", CONTENT))))
                .isInstanceOf(PayloadUnavailableException.class);
        assertThat(server.hits()).isEqualTo(1);
    }

    @Test
    void shouldTryAgainUntilTheStoreIsBack() throws Exception {
        PayloadReference reference = store.put(CONTENT);
        Path away = Files.move(root, folder.resolve("away"));
        PayloadReader reader = new PayloadReader(store, null, CACHE);

        byte[] content = reader.content(event(reference), () -> true, () -> {
            if (retries.incrementAndGet() == 2) {
                moveBack(away);
            }
        });

        assertThat(content).isEqualTo(CONTENT);
        assertThat(retries).hasValue(2);
    }

    @Test
    void shouldNotTryAgainWhatIsRejected() throws Exception {
        PayloadReference reference = store.put(CONTENT);
        Files.delete(Path.of(URI.create(reference.getUri())));
        PayloadReader reader = new PayloadReader(store, null, CACHE);

        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "the file is not there",
                () -> reader.content(event(reference), () -> true, retries::incrementAndGet));
        assertThat(retries).hasValue(0);
    }

    @Test
    void shouldStopTryingWhenTheContentIsNotWantedAnyMore() throws Exception {
        server.onStatus("/a", 503);
        PayloadReader reader = new PayloadReader(null, server.fetcher(), CACHE);
        ImageEvent event = event(server.reference("/a", CONTENT));

        assertThatThrownBy(() -> reader.content(event, () -> retries.get() < 1, retries::incrementAndGet))
                .isInstanceOf(PayloadUnavailableException.class);

        assertThat(retries).hasValue(1);
        assertThat(server.hits()).isEqualTo(1);
    }

    @Test
    void shouldStopTryingWhenItsThreadIsInterrupted() throws Exception {
        server.onStatus("/a", 503);
        PayloadReader reader = new PayloadReader(null, server.fetcher(), CACHE);
        AtomicReference<Object> outcome = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                outcome.set(
                        reader.content(event(server.reference("/a", CONTENT)), () -> true, retries::incrementAndGet));
            } catch (Exception e) {
                outcome.set(Thread.currentThread().isInterrupted() ? e : "not interrupted any more");
            }
        });
        await().until(() -> retries.get() >= 1);

        thread.interrupt();
        thread.join();

        assertThat(outcome.get()).isInstanceOf(PayloadUnavailableException.class);
    }

    @Test
    void shouldFetchAFewPayloadsAtATimeAndNoneThatIsNotWantedAnyMore() throws Exception {
        int readers = 3 * PayloadReader.FETCHES;
        server.on("/", exchange -> {
            server.awaitRelease();
            exchange.sendResponseHeaders(200, CONTENT.length);
            exchange.getResponseBody().write(CONTENT);
        });
        PayloadReader reader = new PayloadReader(null, server.fetcher(), 0);
        AtomicBoolean wanted = new AtomicBoolean(true);
        CountDownLatch done = new CountDownLatch(readers);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < readers; i++) {
            ImageEvent event = event(server.reference("/" + i, CONTENT));
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    reader.content(event, wanted::get, retries::incrementAndGet);
                } catch (RejectedImageException | PayloadUnavailableException e) {
                    done.countDown();
                }
            }));
        }
        await().until(() -> server.hits() == PayloadReader.FETCHES
                && threads.stream().filter(PayloadReaderTest::isQueued).count() == readers - PayloadReader.FETCHES);

        wanted.set(false);
        server.release();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(server.hits()).isEqualTo(PayloadReader.FETCHES);
        assertThat(done.getCount()).isEqualTo(PayloadReader.FETCHES);
    }

    @Test
    void shouldGiveUpAHostThatAcceptsAndNeverAnswers() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            String host = PayloadServer.HOST + ":" + silent.getLocalPort();
            UrlFetcher urls = server.fetcher(Duration.ofMillis(50), Duration.ofSeconds(2), host);
            PayloadReader reader = new PayloadReader(store, urls, CACHE);

            assertRejected(
                    DeadLetterReason.PAYLOAD_MISSING,
                    "no complete answer within 50 ms; when its host answers, 'sightline dead-letters redrive' tries",
                    () -> reader.content(
                            event(reference(CONTENT, "http://" + host + "/a")), () -> true, retries::incrementAndGet));
        }
        assertThat(retries).hasPositiveValue();
    }

    @Test
    void shouldForgetTheTimeOfAHostThatAnswers() throws Exception {
        AtomicInteger status = new AtomicInteger(503);
        server.on("/a", exchange -> exchange.sendResponseHeaders(status.get(), -1));
        PayloadReader reader =
                new PayloadReader(store, server.fetcher(Duration.ofSeconds(20), Duration.ofMinutes(1)), CACHE);
        ImageEvent event = event(server.reference("/a", CONTENT));

        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "the host answered 404",
                () -> reader.content(event, () -> true, () -> status.set(404)));
        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "the host answered 404",
                () -> reader.content(event, () -> true, retries::incrementAndGet));
        assertThat(server.hits()).isEqualTo(3);
    }

    @Test
    void shouldWaitForItsStoreWhateverTheTimeOfHosts() throws Exception {
        PayloadReference reference = store.put(CONTENT);
        Path away = Files.move(root, folder.resolve("away"));
        PayloadReader reader = new PayloadReader(store, server.fetcher(Duration.ofSeconds(20), Duration.ZERO), CACHE);

        byte[] content = reader.content(event(reference), () -> true, () -> {
            if (retries.incrementAndGet() == 3) {
                moveBack(away);
            }
        });

        assertThat(content).isEqualTo(CONTENT);
    }

    @Test
    void shouldReadFromItsStoreWhileHostsSayNothing() throws Exception {
        server.on("/", exchange -> server.awaitRelease());
        PayloadReader reader = new PayloadReader(store, server.fetcher(), CACHE);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < PayloadReader.FETCHES; i++) {
            PayloadReference silent = server.reference("/" + i, CONTENT);
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    reader.read(silent);
                } catch (RejectedImageException | PayloadUnavailableException e) {
                    retries.incrementAndGet();
                }
            }));
        }
        await().until(() -> server.hits() == PayloadReader.FETCHES);

        assertThat(reader.read(store.put(CONTENT))).isEqualTo(CONTENT);

        server.release();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Before the server is asked, the thread that asks may wait for a moment, too. */
    private void awaitOneAskingAndTheOthersWaiting(Readers readers) {
        await().until(() -> server.hits() == 1 && readers.areAllButOneWaiting());
    }

    private static boolean isQueued(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(Semaphore.class.getName()));
    }

    private void moveBack(Path away) {
        try {
            Files.move(away, root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ImageEvent event(Object payload) {
        return new ImageEvent(payload, "image/png", Map.of(), "test", Instant.EPOCH);
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

        boolean areAllButOneWaiting() {
            return waiting().size() == COUNT - 1;
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
