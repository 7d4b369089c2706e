package io.sightline.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoadRecorderTest {

    private final LoadRecorder recorder = new LoadRecorder("search");

    @Test
    void shouldGivePercentilesOfWhatWasAnsweredWithSuccess() {
        for (int i = 1; i <= 100; i++) {
            recorder.sent();
            recorder.answered(200, TimeUnit.MILLISECONDS.toNanos(i));
        }
        recorder.sent();
        recorder.answered(429, TimeUnit.SECONDS.toNanos(100));

        LoadRow row = recorder.row(10);

        assertThat(row.p50()).isCloseTo(50, within(0.1));
        assertThat(row.p95()).isCloseTo(95, within(0.1));
        assertThat(row.p99()).isCloseTo(99, within(0.1));
        assertThat(row.max()).isCloseTo(100, within(0.1));
        assertThat(row.rate()).isEqualTo(10);
    }

    @Test
    void shouldTellShedRequestsFromFailedOnes() {
        answer(202);
        answer(429);
        answer(500);
        answer(503);
        recorder.sent();
        recorder.failed("connection reset");

        LoadRow row = recorder.row(1);

        assertThat(row.sent()).isEqualTo(5);
        assertThat(row.ok()).isEqualTo(1);
        assertThat(row.shed()).isEqualTo(1);
        assertThat(row.failed()).isEqualTo(3);
        assertThat(row.firstFailure()).isEqualTo("status 500");
    }

    @Test
    void shouldCountWhatWasNeverAnsweredAsFailed() {
        recorder.sent();

        assertThat(recorder.underWay()).isEqualTo(1);
        assertThat(recorder.row(1).failed()).isEqualTo(1);
        assertThat(recorder.row(1).holds(1000)).isFalse();
    }

    @Test
    void shouldHoldOnlyIfAllAreAnsweredInTime() {
        answer(200);

        assertThat(recorder.row(1).holds(1000)).isTrue();
        assertThat(recorder.row(1).holds(0.5)).isFalse();

        answer(429);

        assertThat(recorder.row(1).holds(1000)).isFalse();
    }

    private void answer(int status) {
        recorder.sent();
        recorder.answered(status, TimeUnit.MILLISECONDS.toNanos(1));
    }
}
