package io.sightline.schemas;

import java.util.Map;

/**
 * One topic as it should be. Immutable.
 *
 * @param name full name
 * @param partitions number of partitions
 * @param replicationFactor copies, or -1 for the broker's default
 * @param settings topic settings that differ from the broker's
 */
public record Topic(String name, int partitions, short replicationFactor, Map<String, String> settings) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException naming the topic and the value
     */
    public Topic {
        if (partitions < 1) {
            throw new IllegalArgumentException("topic " + name + ": partitions must be at least 1, not " + partitions);
        }
        if (replicationFactor < 1 && replicationFactor != -1) {
            throw new IllegalArgumentException("topic " + name
                    + ": replication factor must be at least 1 (or -1 for the broker's default), not "
                    + replicationFactor);
        }
        settings = Map.copyOf(settings);
    }
}
