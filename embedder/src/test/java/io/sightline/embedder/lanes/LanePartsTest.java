package io.sightline.embedder.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** The small parts that lanes share. */
class LanePartsTest {

    @Test
    void shouldRestWhileTheActiveLaneHasWorkAndNotOtherwise() {
        AtomicLong now = new AtomicLong();
        BackfillThrottle throttle = new BackfillThrottle(0.25, now::get);
        Duration batch = Duration.ofMillis(10);

        assertThat(throttle.restAfter(batch)).isZero();
        throttle.activeWorks();
        assertThat(throttle.restAfter(batch)).isEqualTo(Duration.ofMillis(30));
        now.addAndGet(Duration.ofMillis(400).toNanos());
        assertThat(throttle.restAfter(batch)).isEqualTo(Duration.ofMillis(30));
        now.addAndGet(Duration.ofMillis(200).toNanos());
        assertThat(throttle.restAfter(batch)).isZero();
    }

    @Test
    void shouldNeverRestForLongNorWithAFullShare() {
        BackfillThrottle meagre = new BackfillThrottle(1e-6, () -> 0);
        meagre.activeWorks();
        BackfillThrottle full = new BackfillThrottle(1, () -> 0);
        full.activeWorks();

        assertThat(meagre.restAfter(Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(2));
        assertThat(full.restAfter(Duration.ofSeconds(1))).isZero();
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
