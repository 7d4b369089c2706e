package io.sightline.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearningRateScheduleTest {

    @ParameterizedTest
    @CsvSource({
        "COSINE, 0, 1",
        "COSINE, 0.5, 0.5",
        "COSINE, 1, 0",
        "STEP, 0, 1",
        "STEP, 0.19, 1",
        "STEP, 0.2, 0.5",
        "STEP, 0.99, 0.0625",
        "STEP, 1, 0.0625",
        "CONSTANT, 0, 1",
        "CONSTANT, 1, 1"
    })
    void shouldFallInTheCourseOfARound(LearningRateSchedule schedule, double progress, double share) {
        assertThat(schedule.at(progress)).isEqualTo(share, org.assertj.core.data.Offset.offset(1e-12));
    }
}
