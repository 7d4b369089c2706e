package io.sightline.embedder.payload;

import static io.sightline.embedder.payload.PayloadServer.reference;
import static io.sightline.embedder.payload.Rejections.assertRejected;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.PayloadReference;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class UrlPatienceTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final PayloadReference REFERENCE = at("/a");

    private final PayloadUnavailableException failure = new PayloadUnavailableException("it says nothing");

    /** Near its end, where times by {@link System#nanoTime()} may be as well. */
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);

    private final UrlPatience patience = new UrlPatience(LIMIT, now::get);

    @Test
    void shouldSayHowLongAndHowOftenAPayloadWasTriedFor() throws Exception {
        patience.begin(REFERENCE);
        pass(Duration.ofSeconds(10));
        patience.failed(REFERENCE, failure);
        pass(Duration.ofSeconds(21));

        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "'https://images.example.org/a' was given up after 2 tries in 31000 ms, at last: it says nothing;"
                        + " when its host answers, 'sightline dead-letters redrive' tries again",
                () -> patience.failed(REFERENCE, failure));
    }

    @Test
    void shouldGoOnWithATimeThatRunsWhenATaskIsTakenOver() throws Exception {
        patience.begin(REFERENCE);
        pass(Duration.ofSeconds(20));
        patience.failed(REFERENCE, failure);

        patience.begin(REFERENCE);
        pass(Duration.ofSeconds(10));

        assertGivenUp("after 2 tries in 30000 ms");
    }

    @Test
    void shouldGiveUpAtOnceWhatWasGivenUpAMomentAgo() throws Exception {
        giveUp();
        pass(UrlPatience.REMEMBERED);

        assertRejected(DeadLetterReason.PAYLOAD_MISSING, "after 1 try in 30000 ms;", () -> patience.begin(REFERENCE));
    }

    @Test
    void shouldTryAgainLater() throws Exception {
        giveUp();
        pass(UrlPatience.REMEMBERED.plusNanos(1));

        patience.begin(REFERENCE);

        assertThatCode(() -> patience.failed(REFERENCE, failure)).doesNotThrowAnyException();
    }

    @Test
    void shouldBeginAnewOnceItsHostAnswered() throws Exception {
        patience.begin(REFERENCE);
        pass(LIMIT);
        patience.answered(REFERENCE);
        patience.begin(REFERENCE);

        assertThatCode(() -> patience.failed(REFERENCE, failure)).doesNotThrowAnyException();
    }

    @Test
    void shouldTellPayloadsApart() throws Exception {
        giveUp();
        patience.begin(at("/b"));

        assertThatCode(() -> patience.failed(at("/b"), failure)).doesNotThrowAnyException();
    }

    @Test
    void shouldForgetTheEldestOfTooMany() throws Exception {
        giveUp();
        for (int i = 0; i < UrlPatience.MOST_REMEMBERED; i++) {
            patience.begin(at("/" + i));
        }

        assertThatCode(() -> patience.begin(REFERENCE)).doesNotThrowAnyException();
    }

    private void giveUp() throws Exception {
        patience.begin(REFERENCE);
        pass(LIMIT);
        assertGivenUp("after 1 try in 30000 ms");
    }

    private void assertGivenUp(String said) {
        assertRejected(DeadLetterReason.PAYLOAD_MISSING, said, () -> patience.failed(REFERENCE, failure));
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private static PayloadReference at(String path) {
        return reference(new byte[1], "https://images.example.org" + path);
    }
}
