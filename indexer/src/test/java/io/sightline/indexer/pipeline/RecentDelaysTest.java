package io.sightline.indexer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class RecentDelaysTest {

    private final SetClock clock = new SetClock();
    private final RecentDelays delays = new RecentDelays(clock);

    @Test
    void shouldSayNothingOfNoImages() {
        assertThat(delays.measured()).isEqualTo(new RecentDelays.Measured(0, null, null, 300));
    }

    @Test
    void shouldTellHowLongHalfAndNearlyAllOfThemWere() {
        for (int millis = 1; millis <= 200; millis++) {
            delays.accept(Duration.ofMillis(millis));
        }

        assertThat(delays.measured()).isEqualTo(new RecentDelays.Measured(200, 100L, 198L, 300));
    }

    @Test
    void shouldForgetWhatIsOlderThanItsWindow() {
        delays.accept(Duration.ofMillis(9));
        clock.now = clock.now.plus(RecentDelays.WINDOW);
        delays.accept(Duration.ofMillis(1));
        assertThat(delays.measured().images()).isEqualTo(2);

        clock.now = clock.now.plusMillis(1);

        assertThat(delays.measured()).isEqualTo(new RecentDelays.Measured(1, 1L, 1L, 300));
    }

    @Test
    void shouldKeepNoMoreThanTheNewest() {
        delays.accept(Duration.ofHours(1));
        for (int image = 0; image < RecentDelays.MOST; image++) {
            delays.accept(Duration.ofMillis(5));
        }

        assertThat(delays.measured()).isEqualTo(new RecentDelays.Measured(RecentDelays.MOST, 5L, 5L, 300));
    }

    private static final class SetClock extends Clock {

        private Instant now = Instant.parse("2026-06-01T12:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
