package io.sightline.embedder.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LoadBackoffTest {

    private final AtomicLong now = new AtomicLong();
    private final LoadBackoff backoff = new LoadBackoff(Duration.ofSeconds(1), now::get);

    @Test
    void shouldTryAgainAfterTheDelayAndNotBefore() {
        assertThat(backoff.mayTry("v2")).isTrue();
        backoff.failed("v2");

        now.addAndGet(Duration.ofMillis(999).toNanos());
        assertThat(backoff.mayTry("v2")).isFalse();
        assertThat(backoff.mayTry("v3")).isTrue();
        now.addAndGet(Duration.ofMillis(1).toNanos());
        assertThat(backoff.mayTry("v2")).isTrue();
    }

    @Test
    void shouldWaitTwiceAsLongEachTimeAndAMinuteAtMost() {
        List<Long> seconds =
                Stream.generate(() -> backoff.failed("v2").toSeconds()).limit(8).toList();

        assertThat(seconds).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
    }

    @Test
    void shouldForgetVersionsThatAreGone() {
        backoff.failed("v2");
        backoff.failed("v3");

        backoff.retain(List.of("v3"));

        assertThat(backoff.mayTry("v2")).isTrue();
        assertThat(backoff.mayTry("v3")).isFalse();
    }

    @Test
    void shouldBeginAnewAfterASuccess() {
        backoff.failed("v2");
        backoff.failed("v2");

        backoff.succeeded("v2");

        assertThat(backoff.mayTry("v2")).isTrue();
        assertThat(backoff.failed("v2")).isEqualTo(Duration.ofSeconds(1));
    }
}
