package io.sightline.embedder.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Erasure;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class LaneCacheTest {

    private static final TopicPartition PARTITION = new TopicPartition(Topics.IMAGES, 2);
    private static final Erasure ERASURE = new Erasure("a", 2, 10L, List.of("sha"), Instant.EPOCH);

    private final VectorCache vectors = new VectorCache(10);
    private final Map<String, Long> committed = new HashMap<>(Map.of("v1", 11L, "v2", 10L));
    private final LaneCache cache =
            new LaneCache("payload-cache/embedder", "process-1", vectors::forget, List.of("v1", "v2"), this::progress);

    @Test
    void shouldForgetAContentOnceAllLanesThatMayBringItBackArePastTheDeletion() {
        vectors.put("sha", new float[1]);
        vectors.put("of another image", new float[1]);

        assertThat(cache.erase(List.of(ERASURE))).isEmpty();
        assertThat(vectors.find("sha")).isNotNull();

        committed.put("v2", 11L);
        assertThat(cache.erase(List.of(ERASURE))).containsOnlyKeys(ERASURE);
        assertThat(vectors.find("sha")).isNull();
        assertThat(vectors.find("of another image")).isNotNull();
    }

    private LaneProgress progress(String version) {
        return new LaneProgress(
                Map.of(PARTITION, 20L), Map.of(PARTITION, committed.getOrDefault(version, 0L)), Map.of());
    }
}
