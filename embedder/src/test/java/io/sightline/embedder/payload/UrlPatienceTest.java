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
        tryFor(REFERENCE, Duration.ofSeconds(10));
        pass(Duration.ofSeconds(11));

        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "'https://images.example.org/a' was given up after 2 tries in 31000 ms, at last: it says nothing;"
                        + " when its host answers, 'sightline dead-letters redrive' tries again",
                () -> tryFor(REFERENCE, Duration.ofSeconds(10)));
    }

    @Test
    void shouldNotCountTheTimeBeforeTheFirstTry() throws Exception {
        pass(LIMIT.multipliedBy(2));

        tryFor(REFERENCE, LIMIT.minusNanos(1));
    }

    @Test
    void shouldGoOnWithATimeThatRunsWhenATaskIsTakenOver() throws Exception {
        tryFor(REFERENCE, Duration.ofSeconds(10));
        pass(UrlPatience.REMEMBERED.minusSeconds(10));

        assertGivenUp(REFERENCE, "after 2 tries in 330000 ms");
    }

    @Test
    void shouldGiveUpAtOnceWhatWasGivenUpAMomentAgo() throws Exception {
        assertGivenUp(REFERENCE, "after 1 try in 30000 ms");
        pass(UrlPatience.GIVEN_UP);

        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "is not tried for, since its host was given up 60 s ago",
                () -> patience.begin(REFERENCE));
    }

    @Test
    void shouldTryAgainLater() throws Exception {
        assertGivenUp(REFERENCE, "after 1 try in 30000 ms");
        pass(UrlPatience.GIVEN_UP.plusNanos(1));

        tryFor(REFERENCE, Duration.ofSeconds(10));
    }

    @Test
    void shouldGiveUpWhateverAHostHasThatAnswersNobody() throws Exception {
        tryFor(REFERENCE, Duration.ofSeconds(10));
        tryFor(at("/b"), Duration.ofSeconds(10));

        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "/c' was given up after 1 try in 10000 ms",
                () -> tryFor(at("/c"), Duration.ofSeconds(10)));
        assertRejected(DeadLetterReason.PAYLOAD_MISSING, "/d' is not tried for", () -> patience.begin(at("/d")));
        tryFor(reference(new byte[1], "https://other.example.org/a"), Duration.ofSeconds(10));
    }

    @Test
    void shouldBeginAnewOnceItsHostAnswered() throws Exception {
        tryFor(REFERENCE, Duration.ofSeconds(20));
        patience.answered(REFERENCE);

        tryFor(REFERENCE, Duration.ofSeconds(20));
    }

    @Test
    void shouldGiveUpAPayloadWhoseHostAnswersOthers() throws Exception {
        tryFor(REFERENCE, Duration.ofSeconds(20));
        patience.answered(at("/b"));

        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "after 2 tries in 40000 ms",
                () -> tryFor(REFERENCE, Duration.ofSeconds(20)));
    }

    @Test
    void shouldForgetTheEldestOfTooMany() throws Exception {
        assertGivenUp(REFERENCE, "after 1 try in 30000 ms");
        for (int i = 0; i < UrlPatience.MOST_REMEMBERED; i++) {
            tryFor(reference(new byte[1], "https://host" + i + ".example.org/a"), Duration.ZERO);
        }

        assertThatCode(() -> patience.begin(REFERENCE)).doesNotThrowAnyException();
    }

    private void assertGivenUp(PayloadReference reference, String said) {
        assertRejected(DeadLetterReason.PAYLOAD_MISSING, said, () -> tryFor(reference, LIMIT));
    }

    /** A try that fails after some time. */
    private void tryFor(PayloadReference reference, Duration time) throws Exception {
        long begun = patience.begin(reference);
        pass(time);
        patience.failed(reference, begun, failure);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private static PayloadReference at(String path) {
        return reference(new byte[1], "https://images.example.org" + path);
    }
}
