package io.sightline.embedder.lanes;

import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record for one of the lane's outputs and the partition that it must go to: an image keeps its partition all the
 * way, whatever partitioner its producer used.
 *
 * @param value null for a tombstone
 */
record LaneOutput(int partition, @Nullable SpecificRecord value) {}
