package io.sightline.indexer.store.lucene;

import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreKey;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;

/** What travels in each commit beside the documents: whose index it is, and how far the topics had been read. */
final class IndexStamp {

    /** Of our documents; another one cannot be read. */
    private static final String FORMAT = "3";

    private static final String FORMAT_ENTRY = "format";
    private static final String VERSION_ENTRY = "version";
    private static final String DIMENSIONS_ENTRY = "dimensions";
    private static final String TOPIC_ENTRY = "topicId";
    private static final String LABELS_TOPIC_ENTRY = "labelsTopicId";
    private static final String QUANTISATION_ENTRY = "quantisation";
    private static final String OFFSET_PREFIX = "next:";

    private IndexStamp() {}

    static Map<String, String> of(StoreKey key, Quantisation quantisation, Map<TopicPartition, Long> next) {
        Map<String, String> stamp = new HashMap<>();
        stamp.put(FORMAT_ENTRY, FORMAT);
        stamp.put(VERSION_ENTRY, key.version());
        stamp.put(DIMENSIONS_ENTRY, Integer.toString(key.dimensions()));
        stamp.put(TOPIC_ENTRY, key.topicId());
        stamp.put(LABELS_TOPIC_ENTRY, key.labelsTopicId());
        stamp.put(QUANTISATION_ENTRY, quantisation.toString());
        next.forEach((partition, offset) -> stamp.put(OFFSET_PREFIX + partition, offset.toString()));
        return Map.copyOf(stamp);
    }

    static Map<TopicPartition, Long> offsets(Iterable<Map.Entry<String, String>> stamp) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (Map.Entry<String, String> entry : stamp) {
            if (entry.getKey().startsWith(OFFSET_PREFIX)) {
                String partition = entry.getKey().substring(OFFSET_PREFIX.length());
                int dash = partition.lastIndexOf('-');
                offsets.put(
                        new TopicPartition(
                                partition.substring(0, dash), Integer.parseInt(partition.substring(dash + 1))),
                        Long.parseLong(entry.getValue()));
            }
        }
        return offsets;
    }

    /**
     * Reads all of an index and checks that it is whole, and that it is the one that is wanted. A folder without an
     * index is one that is empty.
     *
     * @throws StoreDamagedException if it is not
     * @throws IOException if that cannot be told
     */
    static void verify(Path path, Directory directory, StoreKey key, Quantisation quantisation)
            throws IOException, StoreDamagedException {
        try {
            if (!DirectoryReader.indexExists(directory)) {
                requireEmpty(path, directory);
                return;
            }
            Map<String, String> stamp = SegmentInfos.readLatestCommit(directory).getUserData();
            requireStamp(stamp, path, key);
            requireEqual(
                    "quantisation",
                    stamp.getOrDefault(QUANTISATION_ENTRY, Quantisation.NONE.toString()),
                    quantisation.toString(),
                    path);
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                for (LeafReaderContext leaf : reader.leaves()) {
                    leaf.reader().checkIntegrity();
                }
            }
        } catch (CorruptIndexException
                | IndexFormatTooOldException
                | IndexFormatTooNewException
                | EOFException
                | FileNotFoundException
                | NoSuchFileException
                | IllegalArgumentException e) {
            throw new StoreDamagedException("the index in " + path + " is damaged: " + e.getMessage(), e);
        }
    }

    private static void requireEmpty(Path path, Directory directory) throws IOException, StoreDamagedException {
        for (String file : directory.listAll()) {
            if (!file.equals("write.lock")) {
                throw new StoreDamagedException("there is " + file + " in " + path + ", but no commit", null);
            }
        }
    }

    private static void requireStamp(Map<String, String> stamp, Path path, StoreKey key) throws StoreDamagedException {
        requireEqual("format", stamp.get(FORMAT_ENTRY), FORMAT, path);
        requireEqual("version", stamp.get(VERSION_ENTRY), key.version(), path);
        requireEqual("dimensions", stamp.get(DIMENSIONS_ENTRY), Integer.toString(key.dimensions()), path);
        requireEqual("embeddings topic", stamp.get(TOPIC_ENTRY), key.topicId(), path);
        requireEqual("labels topic", stamp.get(LABELS_TOPIC_ENTRY), key.labelsTopicId(), path);
    }

    private static void requireEqual(String what, @Nullable String found, String wanted, Path path)
            throws StoreDamagedException {
        if (!wanted.equals(found)) {
            throw new StoreDamagedException(
                    "the index in " + path + " is of " + what + " " + found + ", not " + wanted, null);
        }
    }
}
