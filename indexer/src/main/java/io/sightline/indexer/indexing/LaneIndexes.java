package io.sightline.indexer.indexing;

import io.sightline.embedder.versions.ModelVersions;
import io.sightline.indexer.store.StoreException;
import io.sightline.indexer.store.lucene.LuceneStore;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ModelEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One index for each live version; those of expired versions are removed. Thread-safe. */
public final class LaneIndexes implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LaneIndexes.class);
    private static final Duration REOPEN = Duration.ofSeconds(5);

    private final KafkaConnection connection;
    private final RecordSerdes serdes;
    private final IndexingSettings settings;
    private final Path directory;
    private final Map<String, LaneIndex> indexes = new ConcurrentHashMap<>();
    private final Map<String, Instant> reopenAfter = new ConcurrentHashMap<>();

    /** Keeps the indexes below the given folder, one sub-folder per version. */
    public LaneIndexes(KafkaConnection connection, RecordSerdes serdes, IndexingSettings settings, Path directory) {
        this.connection = connection;
        this.serdes = serdes;
        this.settings = settings;
        this.directory = directory;
    }

    /** The index of a version that has one here. */
    public Optional<LaneIndex> find(String version) {
        return Optional.ofNullable(indexes.get(version));
    }

    /** Opens what is missing, once the embeddings topic exists, and closes and removes what has expired. */
    public synchronized void follow(ModelVersions versions, TopicAdmin topics, Instant now) {
        versions.live(now).forEach(event -> attempt(event.getVersion(), () -> keepOpen(event, topics, now)));
        versions.expired(now).forEach(event -> attempt(event.getVersion(), () -> remove(event.getVersion())));
    }

    /** What is wrong with one version's index keeps none of the others back. */
    private static void attempt(String version, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.warn("the index of {} could not be looked after, will retry: {}", version, e.toString());
        }
    }

    private void keepOpen(ModelEvent event, TopicAdmin topics, Instant now) {
        String version = event.getVersion();
        LaneIndex index = indexes.get(version);
        if (index != null && index.failure() != null) {
            indexes.remove(version);
            index.close();
            reopenAfter.put(version, now.plus(REOPEN));
        }
        if (indexes.containsKey(version)
                || reopenAfter.getOrDefault(version, Instant.MIN).isAfter(now)) {
            return;
        }
        Optional<Integer> embeddings = topics.partitions(Topics.embeddings(version));
        Optional<Integer> labels = topics.partitions(Topics.LABELS);
        if (embeddings.isPresent() && labels.isPresent()) {
            open(event, new LaneIndex.Partitions(embeddings.get(), labels.get()));
        }
    }

    @Override
    public synchronized void close() {
        indexes.values().forEach(LaneIndex::close);
        indexes.clear();
    }

    private void open(ModelEvent event, LaneIndex.Partitions partitions) {
        LuceneStore store = new LuceneStore(directory.resolve(event.getVersion()));
        try {
            indexes.put(
                    event.getVersion(),
                    new LaneIndex(
                            connection,
                            serdes,
                            event.getVersion(),
                            event.getDimensions(),
                            store,
                            partitions,
                            settings));
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private void remove(String version) {
        LaneIndex index = indexes.remove(version);
        if (index != null) {
            index.close();
        }
        Path folder = directory.resolve(version);
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
            LOG.info("removed the index of {}", version);
        } catch (IOException e) {
            throw new StoreException("the index in " + folder + " cannot be removed: " + e.getMessage(), e);
        }
    }
}
