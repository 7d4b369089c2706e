package io.sightline.indexer.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.testing.Patience;
import io.sightline.http.ApiException;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.StoredImage.Origin;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real clients of brokers that are not there, or that say nothing. */
@Timeout(Patience.TEST_SECONDS)
class EventReaderTest {

    private static final Origin EVENT = new Origin("sightline.images", 0, 7);
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final String NO_REGISTRY = "http://127.0.0.1:1";

    @Test
    void shouldSayWhichEventCannotBeReadAndForHowLongItTried() {
        try (EventReader reader = new EventReader(new KafkaConnection("127.0.0.1:1", NO_REGISTRY), SHORT)) {
            assertThat(failureOf(reader))
                    .hasMessageContaining("the event sightline.images-0@7 cannot be read now")
                    .hasMessageContaining("did not answer within 1.0 s")
                    .hasMessageContaining("try again in a few seconds, or see whether all brokers are up");
        }
    }

    /** A client is made anew for each attempt while the name of the brokers is not known. */
    @Test
    void shouldSayThatTheBrokersAreNotFound() {
        KafkaConnection nowhere = new KafkaConnection("brokers.invalid:9092", NO_REGISTRY);
        try (EventReader reader = new EventReader(nowhere, SHORT)) {
            assertThat(failureOf(reader)).hasMessageContaining("check the bootstrap servers");
            assertThat(failureOf(reader)).hasMessageContaining("check the bootstrap servers");
        }
    }

    @Test
    void shouldBecomeAnAnswerThatSaysTryAgain() {
        KafkaConnection nowhere = new KafkaConnection("brokers.invalid:9092", NO_REGISTRY);
        try (EventReader reader = new EventReader(nowhere, SHORT)) {
            ImageSource source = new ImageSource(reader, new RecordSerdes(nowhere), new PayloadReader(null, null, 0));

            ApiException failure = catchThrowableOfType(ApiException.class, () -> source.event(image()));

            assertThat(failure.status()).isEqualTo(503);
            assertThat(failure.type()).isEqualTo("kafka-unavailable");
        }
    }

    /** Turns and requests share one time: who waits for a turn does not wait as long again for the brokers. */
    @Test
    void shouldTellAllThatWaitInTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                EventReader reader =
                        new EventReader(new KafkaConnection("127.0.0.1:" + silent.getLocalPort(), NO_REGISTRY), SHORT);
                ExecutorService callers = Executors.newCachedThreadPool()) {
            List<Callable<Duration>> calls = new ArrayList<>();
            for (int i = 0; i < 3 * EventReader.CONSUMERS; i++) {
                calls.add(() -> timeOf(reader));
            }
            for (Future<Duration> time : callers.invokeAll(calls)) {
                // Twice the time would be left for machines that are busy.
                assertThat(time.get()).isLessThan(SHORT.multipliedBy(4));
            }
        }
    }

    private static Duration timeOf(EventReader reader) {
        long begin = System.nanoTime();
        assertThat(failureOf(reader)).isNotNull();
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static EventUnavailableException failureOf(EventReader reader) {
        return catchThrowableOfType(EventUnavailableException.class, () -> reader.read(EVENT));
    }

    private static StoredImage image() {
        return new StoredImage(
                "a", "v1", null, Map.of(), "00ff", "image/png", Instant.EPOCH, EVENT, new Revision(0, 1, 0));
    }
}
