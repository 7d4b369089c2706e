package io.sightline.trainer.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RoundSettingsTest {

    @Test
    void shouldEndARoundBySteps() {
        RoundSettings settings = RoundSettings.DEFAULT.with(draft -> draft.steps = 100);

        assertThat(settings.progress(25, 1_000_000, 1e9)).isEqualTo(0.25);
        assertThat(settings.progress(120, 0, 0)).isEqualTo(1);
    }

    @Test
    void shouldEndARoundByWhicheverComesFirst() {
        RoundSettings settings = RoundSettings.DEFAULT.with(draft -> {
            draft.steps = 100;
            draft.newLabels = 50;
            draft.longest = Duration.ofSeconds(10);
        });

        assertThat(settings.progress(10, 25, 1000)).isEqualTo(0.5);
        assertThat(settings.progress(10, 5, 9000)).isEqualTo(0.9);
        assertThat(settings.progress(10, 50, 0)).isEqualTo(1);
    }

    @Test
    void shouldRefuseWhatMakesNoSense() {
        assertThatThrownBy(() -> RoundSettings.DEFAULT.with(draft -> draft.steps = 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 1 step");
        assertThatThrownBy(() -> RoundSettings.DEFAULT.with(draft -> draft.newLabels = -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must not be negative");
    }
}
