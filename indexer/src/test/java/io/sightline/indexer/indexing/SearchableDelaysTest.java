package io.sightline.indexer.indexing;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoredImage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SearchableDelaysTest {

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<Duration> told = new ArrayList<>();
    private final SearchableDelays delays = new SearchableDelays(
            () -> Optional.of("v2"), Clock.fixed(NOW, ZoneOffset.UTC), List.of(new FreshnessMeter(meters), told::add));

    @Test
    void shouldMeasureWhatIsNewInTheActiveVersion() {
        delays.searchable(List.of(image("v2", Duration.ofSeconds(3)), image("v3", Duration.ofSeconds(50))));

        Timer timer = meters.get("sightline.indexer.freshness").timer();
        assertThat(timer.count()).isEqualTo(1);
        assertThat(timer.max(TimeUnit.SECONDS)).isEqualTo(3);
        assertThat(told).containsExactly(Duration.ofSeconds(3));
    }

    @Test
    void shouldLeaveOutADeadLetterThatWasTriedAgain() {
        delays.searchable(
                List.of(image("v2", SearchableDelays.LONGEST), image("v2", SearchableDelays.LONGEST.plusMillis(1))));

        assertThat(told).containsExactly(SearchableDelays.LONGEST);
    }

    @Test
    void shouldNotBeNegativeWhenAProducersClockIsAhead() {
        delays.searchable(List.of(image("v2", Duration.ofSeconds(-5))));

        assertThat(told).containsExactly(Duration.ZERO);
    }

    private static StoredImage image(String version, Duration age) {
        return new StoredImage(
                "image",
                version,
                null,
                Map.of(),
                "00ff",
                "image/png",
                NOW.minus(age),
                new StoredImage.Origin("images", 0, 1),
                new Revision(0, 1, 0));
    }
}
