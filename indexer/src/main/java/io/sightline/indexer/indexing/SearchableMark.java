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
 * A file that says how far into the topics searches have seen an index. The index has that much on disk, so it answers as soon
 * as it is opened again. One that has less was lost, or replaced by an older copy: it has to read first what the topics hold
 * when it is opened, and so has one without a mark. So no answer is older than one from before.
 *
 * <p>Not thread-safe.
 */
final class SearchableMark {

    private static final Logger LOG = LoggerFactory.getLogger(SearchableMark.class);
    private static final String SUFFIX = ".searchable.json";
    private static final TypeReference<Content> CONTENT = new TypeReference<>() {};

    private final Path file;
    private final StoreKey key;
    private Map<TopicPartition, Long> written = Map.of();

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
     * @param offsets by topic and partition, the first that searches have not seen
     */
    private record Content(StoreKey key, Map<String, Map<Integer, Long>> offsets) {}

    /** How far that is; none if it was never said, of another index, or cannot be read. */
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
     * Says that searches may see everything below these offsets from now on.
     *
     * @throws StoreException if it cannot be written
     */
    void write(Map<TopicPartition, Long> next) {
        if (next.equals(written)) {
            return;
        }
        Map<String, Map<Integer, Long>> offsets = new TreeMap<>();
        next.forEach((partition, offset) -> offsets.computeIfAbsent(partition.topic(), topic -> new TreeMap<>())
                .put(partition.partition(), offset));
        Path replacement = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.createDirectories(replacement.toAbsolutePath().getParent());
            Files.write(replacement, ApiServer.JSON.writeValueAsBytes(new Content(key, offsets)));
            Files.move(replacement, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new StoreException(file + " cannot be written: " + e.getMessage(), e);
        }
        written = next;
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
