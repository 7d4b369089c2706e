package io.sightline.embedder.lanes;

/**
 * A lane of this process. Immutable.
 *
 * @param version its version
 * @param running whether its threads are up
 * @param backfilling whether it leaves time to the active lane
 * @param lag image events that it has not committed, as of some seconds ago; -1 before the first look
 * @param state of its Kafka Streams application: RUNNING once it has its partitions
 */
public record LaneStatus(String version, boolean running, boolean backfilling, long lag, String state) {}
