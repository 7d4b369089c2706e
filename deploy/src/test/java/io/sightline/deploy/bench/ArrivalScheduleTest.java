package io.sightline.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArrivalScheduleTest {

    @Test
    void shouldSpreadArrivalsEvenly() {
        ArrivalSchedule schedule = new ArrivalSchedule(500);

        assertThat(schedule.due(0)).isZero();
        assertThat(schedule.due(1)).isEqualTo(2_000_000);
        assertThat(schedule.due(300_000)).isEqualTo(Duration.ofMinutes(10).toNanos());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.3, 7, 200, 333.3, 1500})
    void shouldCountThoseThatAreDueBeforeTheTimeIsOver(double perSecond) {
        ArrivalSchedule schedule = new ArrivalSchedule(perSecond);
        Duration time = Duration.ofMillis(12_345);

        long count = schedule.count(time);

        assertThat(schedule.due(count - 1)).isLessThan(time.toNanos());
        assertThat(schedule.due(count)).isGreaterThanOrEqualTo(time.toNanos());
    }

    @Test
    void shouldRefuseARateOfNothing() {
        assertThatThrownBy(() -> new ArrivalSchedule(0)).hasMessageContaining("above 0");
    }
}
