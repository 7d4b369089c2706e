package io.sightline.trainer.rounds;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Erasure;
import io.sightline.trainer.replay.ReplayBuffer;
import io.sightline.trainer.replay.ReplayItem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ErasedReplayTest {

    private static final String PARTITION = Topics.IMAGES + "-0";
    private static final HoldoutRule NONE = new HoldoutRule(0);
    private static final Erasure ERASURE = new Erasure("a", 0, 10L, List.of("sha"), Instant.EPOCH);

    private final ReplayBuffer buffer = new ReplayBuffer(10, 1000);
    private final Map<String, Long> committed = new HashMap<>(Map.of(PARTITION, 10L));
    private final ErasedReplay replay = new ErasedReplay("folder-1", buffer, () -> committed);
    private final SnapshotInHand inHand = new SnapshotInHand("folder-1", replay);

    @Test
    void shouldWaitUntilTheDeletionIsCommitted() {
        assertThat(replay.erase(List.of(ERASURE))).isEmpty();

        committed.put(PARTITION, 11L);

        assertThat(replay.erase(List.of(ERASURE))).containsOnlyKeys(ERASURE);
    }

    @Test
    void shouldNotBelieveTheOffsetsWhenTheImageIsThere() {
        committed.put(PARTITION, 11L);
        buffer.put(0, item("a"));

        assertThat(replay.erase(List.of(ERASURE))).isEmpty();

        buffer.remove(0, "a");
        assertThat(replay.erase(List.of(ERASURE))).containsOnlyKeys(ERASURE);
    }

    @Test
    void shouldKeepAnImageThatWasSentAgain() {
        committed.put(PARTITION, 20L);
        buffer.put(0, item("a"));
        buffer.seen(Topics.IMAGES, 0, 15);

        assertThat(replay.erase(List.of(ERASURE))).containsOnlyKeys(ERASURE);
        inHand.take(() -> buffer.snapshot(NONE));
        assertThat(inHand.erase(List.of(ERASURE))).containsOnlyKeys(ERASURE);
    }

    @Test
    void shouldWaitForTheStepThatHasTheImageInHand() {
        buffer.put(0, item("a"));
        buffer.put(0, item("b"));
        inHand.take(() -> buffer.snapshot(NONE));
        buffer.remove(0, "a");
        committed.put(PARTITION, 11L);
        assertThat(replay.erase(List.of(ERASURE))).containsOnlyKeys(ERASURE);
        assertThat(inHand.erase(List.of(ERASURE))).isEmpty();

        inHand.take(() -> buffer.snapshot(NONE));

        assertThat(inHand.erase(List.of(ERASURE))).containsOnlyKeys(ERASURE);
    }

    @Test
    void shouldNotWaitForASnapshotThatWasPutDown() {
        buffer.put(0, item("a"));
        inHand.take(() -> buffer.snapshot(NONE));
        buffer.remove(0, "a");
        committed.put(PARTITION, 11L);

        inHand.putDown();

        assertThat(inHand.erase(List.of(ERASURE))).containsOnlyKeys(ERASURE);
    }

    @Test
    void shouldForgetPayloadsBehindTheDeletion() {
        List<String> forgotten = new ArrayList<>();
        ErasedTrainingPayloads payloads = new ErasedTrainingPayloads("folder-1", replay, forgotten::add);
        assertThat(payloads.erase(List.of(ERASURE))).isEmpty();
        assertThat(forgotten).isEmpty();

        committed.put(PARTITION, 11L);

        assertThat(payloads.erase(List.of(ERASURE))).containsOnlyKeys(ERASURE);
        assertThat(forgotten).containsExactly("sha");
    }

    private static ReplayItem item(String id) {
        return new ReplayItem(id, "cat", 0, new byte[1]);
    }
}
