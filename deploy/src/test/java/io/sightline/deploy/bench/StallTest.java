package io.sightline.deploy.bench;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StallTest {

    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final AtomicLong now = new AtomicLong();
    private final Stall stall = new Stall("the index", LONGEST, now::get);

    @Test
    void shouldSayWhatStandsStillAndHowItIs() {
        stall.note(7, "fine");
        now.addAndGet(LONGEST.toNanos());
        stall.note(7, "fine");
        now.incrementAndGet();

        assertThatIllegalStateException()
                .isThrownBy(() -> stall.note(7, "{failures: v1}"))
                .withMessageContaining("the index stands still at 7 for 10 s")
                .withMessageContaining("{failures: v1}");
    }

    @Test
    void shouldWaitForWhatMovesHoweverLongItTakes() {
        for (int i = 0; i < 100; i++) {
            int progress = i;
            assertThatNoException().isThrownBy(() -> stall.note(progress, "fine"));
            now.addAndGet(LONGEST.toNanos());
        }
    }
}
