package io.sightline.indexer.store;

/**
 * What a store is made of: a store of anything else must not be opened for it. Immutable.
 *
 * @param version model version
 * @param dimensions d of its vectors
 * @param topicId of the version's embeddings topic: offsets of a topic that was made anew mean nothing
 * @param labelsTopicId of the labels topic, likewise
 */
public record StoreKey(String version, int dimensions, String topicId, String labelsTopicId) {}
