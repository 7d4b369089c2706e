package io.sightline.embedder.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** The small parts that lanes share. */
class LanePartsTest {

    @Test
    void shouldRestWhileTheActiveLaneHasWorkAndNotOtherwise() {
        AtomicLong now = new AtomicLong();
        BackfillThrottle throttle = new BackfillThrottle(0.25, now::get);

        assertThat(rest(throttle, 10)).isZero();
        throttle.activeWorks();
        assertThat(rest(throttle, 10)).isEqualTo(30);
        now.addAndGet(Duration.ofMillis(400).toNanos());
        assertThat(rest(throttle, 10)).isEqualTo(30);
        now.addAndGet(Duration.ofMillis(200).toNanos());
        assertThat(rest(throttle, 10)).isZero();
    }

    @Test
    void shouldNeverRestForLongNorWithAFullShare() {
        BackfillThrottle meagre = busy(0.01);
        BackfillThrottle full = busy(1);

        assertThat(rest(meagre, 1000)).isEqualTo(2000);
        assertThat(rest(meagre, 1000)).isEqualTo(2000);
        assertThat(rest(full, 1000)).isZero();
    }

    @Test
    void shouldKeepItsShareOverASlowBatch() {
        BackfillThrottle throttle = busy(0.25);

        assertThat(rest(throttle, 1000)).isEqualTo(2000);
        assertThat(rest(throttle, 10)).isEqualTo(1030);
        assertThat(rest(throttle, 10)).isEqualTo(30);
    }

    @Test
    void shouldNotOweForMoreThanAWhile() {
        BackfillThrottle throttle = busy(0.01);
        rest(throttle, 60_000);

        List<Long> rests = Stream.generate(() -> rest(throttle, 0)).limit(5).toList();

        assertThat(rests).containsExactly(2000L, 2000L, 2000L, 2000L, 0L);
    }

    @Test
    void shouldOweNothingOnceTheActiveLaneWasIdle() {
        AtomicLong now = new AtomicLong();
        BackfillThrottle throttle = new BackfillThrottle(0.25, now::get);
        throttle.activeWorks();
        rest(throttle, 5000);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        rest(throttle, 10);

        throttle.activeWorks();

        assertThat(rest(throttle, 10)).isEqualTo(30);
    }

    @Test
    void shouldNotRestWhileAnImageHasWaitedForLong() {
        BackfillThrottle throttle = busy(0.25);

        assertThat(throttle.restAfter(Duration.ofMillis(10), Duration.ofSeconds(20)))
                .isZero();
        assertThat(throttle.restAfter(Duration.ofMillis(10), Duration.ofSeconds(19)))
                .isEqualTo(Duration.ofMillis(60));
    }

    /** One whose active lane always has work. */
    private static BackfillThrottle busy(double share) {
        BackfillThrottle throttle = new BackfillThrottle(share, () -> 0);
        throttle.activeWorks();
        return throttle;
    }

    /** Milliseconds of rest after a batch of so many, with nothing that waits. */
    private static long rest(BackfillThrottle throttle, long batchMillis) {
        return throttle.restAfter(Duration.ofMillis(batchMillis), Duration.ZERO).toMillis();
    }

    @Test
    void shouldCountBytesInFlight() {
        InFlightBudget budget = new InFlightBudget(100);

        budget.take(60);
        assertThat(budget.isSpent(false)).isFalse();
        budget.take(60);
        assertThat(budget.isSpent(false)).isTrue();
        budget.take(-60);
        assertThat(budget.isSpent(false)).isFalse();
        assertThat(budget.bytes()).isEqualTo(60);
    }

    @Test
    void shouldKeepHalfOfTheBudgetForTheActiveLane() {
        InFlightBudget budget = new InFlightBudget(100);

        budget.take(49);
        assertThat(budget.isSpent(true)).isFalse();
        budget.take(1);
        assertThat(budget.isSpent(true)).isTrue();
        assertThat(budget.isSpent(false)).isFalse();
    }

    @Test
    void shouldForgetTheVectorThatWasNotAskedForTheLongest() {
        VectorCache cache = new VectorCache(2);

        cache.put("a", new float[] {1});
        cache.put("b", new float[] {2});
        cache.find("a");
        cache.put("c", new float[] {3});

        assertThat(cache.find("a")).containsExactly(1);
        assertThat(cache.find("b")).isNull();
        assertThat(cache.find("c")).containsExactly(3);
        VectorCache none = new VectorCache(0);
        none.put("a", new float[] {1});
        assertThat(none.find("a")).isNull();
    }

    @Test
    void shouldRefuseACommitPastARecordInFlight() {
        Watermarks watermarks = new Watermarks();
        TopicPartition partition = new TopicPartition("images", 0);
        watermarks.register(partition, () -> OptionalLong.of(7));

        assertThatThrownBy(() -> watermarks.requireBehind(Map.of(partition, new OffsetAndMetadata(8))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("record 7 is in flight");
        watermarks.requireBehind(watermarks.heldBack(Map.of(partition, new OffsetAndMetadata(8))));
        watermarks.requireBehind(Map.of(new TopicPartition("images", 1), new OffsetAndMetadata(8)));
    }

    @Test
    void shouldNameSettingsThatMakeNoSense() {
        assertThatThrownBy(() -> LaneSettings.DEFAULT.with(0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxBatch 0");
        assertThatThrownBy(() -> LaneSettings.DEFAULT.with(1, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("known vectors");
    }
}
