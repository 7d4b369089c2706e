package io.sightline.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.deploy.faults.RequestLog.Cause;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RequestLogTest {

    private final RequestLog log = new RequestLog();

    @Test
    void shouldFindTheLongestTimeWithoutAnAnswer() {
        answer("search", 0, 10);
        answer("search", 100, 110);
        answer("search", 400, 420);
        answer("search", 410, 430);
        answer("image", 0, 1);

        RequestLog.Summary search = summary("search");

        assertThat(search.answered()).isEqualTo(4);
        assertThat(search.longestGapMillis()).isEqualTo(310);
        assertThat(search.slowestMillis()).isEqualTo(20);
        assertThat(summary("image").longestGapMillis()).isZero();
    }

    @Test
    void shouldNotTakeAnswersThatOvertakeOthersForGaps() {
        answer("search", 0, 100);
        answer("search", 50, 60);
        answer("search", 90, 120);

        assertThat(summary("search").longestGapMillis()).isEqualTo(20);
    }

    @Test
    void shouldCountWhyRequestsWentOn() {
        log.failedOver("image", Cause.REFUSED);
        log.failedOver("image", Cause.REFUSED);
        log.failedOver("image", Cause.CUT);
        log.failedOver("image", Cause.UNREADY);
        log.failedOver("image", Cause.SLOW);
        log.failed("image");

        assertThat(summary("image")).isEqualTo(new RequestLog.Summary(0, 2, 1, 1, 1, 1, 0, 0));
    }

    private void answer(String kind, long startMillis, long endMillis) {
        log.answered(kind, TimeUnit.MILLISECONDS.toNanos(startMillis), TimeUnit.MILLISECONDS.toNanos(endMillis));
    }

    private RequestLog.Summary summary(String kind) {
        RequestLog.Summary summary = log.summaries().get(kind);
        assertThat(summary).isNotNull();
        return summary;
    }
}
