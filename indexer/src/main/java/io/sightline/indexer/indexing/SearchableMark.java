package io.sightline.indexer.indexing;

import com.fasterxml.jackson.core.type.TypeReference;
import io.sightline.http.ApiServer;
import io.sightline.indexer.store.StoreException;
import io.sightline.indexer.store.StoreKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that bounds how far into the topics searches have seen, whatever ends the process: what is written to a file
 * outlives it. An index that is opened again may answer once it holds that much, and no answer is older than one from
 * before; it need not wait for what came meanwhile. After a power failure the file may be older or gone: then more has to
 * be read first, or answers may be as old as the last commit.
 *
 * <p>Records are covered before they are written to the store, since any refresh may show them from then on, and {@value
 * #AHEAD} more of each partition, so that the file need not be written for each of them. Where a topic ends before the
 * bound, its end is meant.
 *
 * <p>Not thread-safe.
 */
final class SearchableMark {

    private static final Logger LOG = LoggerFactory.getLogger(SearchableMark.class);
    static final int AHEAD = 25;

    private static final String SUFFIX = ".searchable.json";
    private static final TypeReference<Content> CONTENT = new TypeReference<>() {};

    private final Path file;
    private final StoreKey key;
    private Map<TopicPartition, Long> covered = Map.of();

    /**
     * The mark of an index.
     *
     * @param directory of the marks of all versions; made when it is written to
     */
    SearchableMark(Path directory, StoreKey key) {
        this.file = file(directory, key.version());
        this.key = key;
    }

    /**
     * What the file says.
     *
     * @param offsets by topic and partition, one that searches have not seen
     */
    private record Content(StoreKey key, Map<String, Map<Integer, Long>> offsets) {}

    /** Nothing beyond was seen; none if it was never said, of another index, or cannot be read. */
    Optional<Map<TopicPartition, Long>> read() {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Content content = ApiServer.JSON.readValue(file.toFile(), CONTENT);
            if (content == null || !key.equals(content.key()) || content.offsets() == null) {
                return Optional.empty();
            }
            Map<TopicPartition, Long> offsets = new HashMap<>();
            content.offsets()
                    .forEach((topic, partitions) -> partitions.forEach(
                            (partition, next) -> offsets.put(new TopicPartition(topic, partition), next)));
            return Optional.of(offsets);
        } catch (IOException e) {
            LOG.warn("{} cannot be read; the index answers when it has caught up: {}", file, e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Says that everything below these offsets may be seen from now on.
     *
     * @throws StoreException if it cannot be written
     */
    void cover(Map<TopicPartition, Long> next) {
        if (next.entrySet().stream().allMatch(one -> covered.getOrDefault(one.getKey(), -1L) >= one.getValue())) {
            return;
        }
        Map<TopicPartition, Long> ahead = new HashMap<>();
        next.forEach((partition, offset) -> ahead.put(partition, offset + AHEAD));
        write(ahead);
        covered = ahead;
    }

    /**
     * Says that nothing beyond these offsets was seen, which is on disk, nor will be before it is covered.
     *
     * @throws StoreException if it cannot be written
     */
    void limit(Map<TopicPartition, Long> next) {
        if (!next.equals(covered)) {
            write(next);
            covered = Map.copyOf(next);
        }
    }

    private void write(Map<TopicPartition, Long> next) {
        Map<String, Map<Integer, Long>> offsets = new TreeMap<>();
        next.forEach((partition, offset) -> offsets.computeIfAbsent(partition.topic(), topic -> new TreeMap<>())
                .put(partition.partition(), offset));
        Path written = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.createDirectories(written.toAbsolutePath().getParent());
            Files.write(written, ApiServer.JSON.writeValueAsBytes(new Content(key, offsets)));
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new StoreException(file + " cannot be written: " + e.getMessage(), e);
        }
    }

    /**
     * Removes the mark of an index that is removed.
     *
     * @throws StoreException if it cannot be removed
     */
    static void remove(Path directory, String version) {
        Path file = file(directory, version);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new StoreException(file + " cannot be removed: " + e.getMessage(), e);
        }
    }

    private static Path file(Path directory, String version) {
        return directory.resolve(version + SUFFIX);
    }
}
