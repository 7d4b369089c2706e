package io.sightline.embedder.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class WatermarksTest {

    private static final TopicPartition PARTITION = new TopicPartition("images", 3);
    private static final TopicPartition OTHER = new TopicPartition("images", 4);

    private final Watermarks watermarks = new Watermarks();

    @Test
    void shouldHoldACommitBackToTheOldestRecordInFlight() {
        watermarks.register(PARTITION, () -> OptionalLong.of(17));
        OffsetAndMetadata consumed = new OffsetAndMetadata(40, Optional.of(2), "meta");

        var committable = watermarks.heldBack(Map.of(PARTITION, consumed, OTHER, consumed));

        assertThat(committable)
                .containsEntry(PARTITION, new OffsetAndMetadata(17, Optional.of(2), "meta"))
                .containsEntry(OTHER, consumed);
    }

    @Test
    void shouldCommitWhatWasConsumedWhenNothingIsInFlight() {
        watermarks.register(PARTITION, OptionalLong::empty);
        OffsetAndMetadata consumed = new OffsetAndMetadata(40);

        assertThat(watermarks.heldBack(Map.of(PARTITION, consumed))).containsEntry(PARTITION, consumed);
    }

    @Test
    void shouldNotLetAFormerOwnerRemoveTheNewOne() {
        Supplier<OptionalLong> former = OptionalLong::empty;
        watermarks.register(PARTITION, former);
        watermarks.register(PARTITION, () -> OptionalLong.of(5));

        watermarks.unregister(PARTITION, former);

        assertThat(watermarks.heldBack(Map.of(PARTITION, new OffsetAndMetadata(9))))
                .containsEntry(PARTITION, new OffsetAndMetadata(5));
    }
}
