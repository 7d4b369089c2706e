package io.sightline.indexer.rollout.gates;

import io.sightline.indexer.lineage.ImageSource;
import io.sightline.indexer.store.VectorStore;
import io.sightline.schemas.avro.ModelEvent;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What gates look at.
 *
 * @param staged the version that is to answer
 * @param active the version that does, null if none
 * @param stagedStore its index
 * @param activeStore the index that answers now, null if none
 * @param images of each partition of the images topic an offset; what lies below is in the new index
 * @param queries some of the latest searches
 * @param source content of the images in either index
 * @param settings what is asked
 */
public record GateContext(
        ModelEvent staged,
        @Nullable ModelEvent active,
        VectorStore stagedStore,
        @Nullable VectorStore activeStore,
        Map<TopicPartition, Long> images,
        List<LiveQuery> queries,
        ImageSource source,
        GateSettings settings) {}
