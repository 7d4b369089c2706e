package io.sightline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CongestionTest {

    private static final Duration LITTLE = Duration.ofMillis(1);

    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private final AtomicLong now = new AtomicLong(1);
    private final Congestion congestion = new Congestion(waiting::add, now::get);

    @Test
    void shouldNotBeThereWhileTasksWaitForLessThanTheLongest() {
        assertThat(congestion.isThere()).isFalse();
        congestion.probe();
        pass(Congestion.LONGEST_WAIT);

        assertThat(congestion.isThere()).isFalse();
        waiting.remove().run();
        assertThat(congestion.isThere()).isFalse();
    }

    @Test
    void shouldBeThereWhileATaskWaitsForLongerAndUntilOneDoesNot() {
        congestion.probe();
        pass(Congestion.LONGEST_WAIT.plus(LITTLE));
        assertThat(congestion.isThere()).isTrue();

        congestion.probe();
        assertThat(waiting).as("one waits at a time").hasSize(1);
        waiting.remove().run();
        assertThat(congestion.isThere()).isTrue();

        congestion.probe();
        pass(LITTLE);
        waiting.remove().run();
        assertThat(congestion.isThere()).isFalse();
    }

    @Test
    void shouldNotBeThereForEverAfterTheLastProbe() {
        congestion.probe();
        pass(Congestion.LONGEST_WAIT.multipliedBy(2));
        waiting.remove().run();
        assertThat(congestion.isThere()).isTrue();

        pass(Duration.ofSeconds(6));

        assertThat(congestion.isThere()).isFalse();
    }

    @Test
    void shouldProbeAgainWhenAProbeCouldNotBegin() {
        AtomicBoolean full = new AtomicBoolean(true);
        Congestion unlucky = new Congestion(
                task -> {
                    if (full.get()) {
                        throw new OutOfMemoryError("planted");
                    }
                    waiting.add(task);
                },
                now::get);
        assertThatThrownBy(unlucky::probe).isInstanceOf(OutOfMemoryError.class);
        pass(Congestion.LONGEST_WAIT.multipliedBy(2));
        assertThat(unlucky.isThere()).isFalse();

        full.set(false);
        unlucky.probe();

        assertThat(waiting).hasSize(1);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
