package io.sightline.indexer.indexing;

import io.sightline.embedder.erasure.ErasureLedger;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.VectorStores;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One index for each live version; those of expired and rejected versions are removed. Thread-safe.
 *
 * <p>An index is opened in the background, since all of it is read and checked then. One that is damaged, of another
 * version or topic, or ahead of its topic, is removed and built anew from the version's embeddings topic; until it has
 * all that the topic held it is not {@linkplain LaneIndex#isReady() ready}, and answers nothing. One that is whole goes on
 * where it was, and is ready once it holds all that searches had seen of it before: of what came meanwhile it does not know
 * yet, as when it reads more slowly than is written.
 */
public final class LaneIndexes implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LaneIndexes.class);
    private static final Duration REOPEN = Duration.ofSeconds(5);
    private static final Duration LONGEST_CHECK = Duration.ofSeconds(30);

    private final KafkaConnection connection;
    private final RecordSerdes serdes;
    private final IndexingSettings settings;
    private final SearchableListener listener;
    private final VectorStores stores;
    private final Path directory;
    private final ErasureLedger erasures;
    private final Clock clock;
    private final Map<String, LaneIndex> indexes = new ConcurrentHashMap<>();
    private final Set<String> opening = ConcurrentHashMap.newKeySet();
    private final Set<String> removed = ConcurrentHashMap.newKeySet();
    private final Map<String, Instant> reopenAfter = new ConcurrentHashMap<>();
    private final ExecutorService openers = Executors.newThreadPerTaskExecutor(
            Thread.ofPlatform().name("index-open-", 0).factory());
    /** What the stores were told last; null before they were told. */
    private volatile @Nullable String activated;

    /**
     * Keeps one index per version. Uses, and does not close, the stores.
     *
     * @param directory where it is noted how far searches have seen
     * @param erasures what is not to be indexed any more, though the brokers may still have it
     */
    public LaneIndexes(
            KafkaConnection connection,
            RecordSerdes serdes,
            IndexingSettings settings,
            SearchableListener listener,
            VectorStores stores,
            Path directory,
            ErasureLedger erasures,
            Clock clock) {
        this.connection = connection;
        this.serdes = serdes;
        this.settings = settings;
        this.listener = listener;
        this.stores = stores;
        this.directory = directory;
        this.erasures = erasures;
        this.clock = clock;
    }

    /** The index of a version that has one here, ready or not. */
    public Optional<LaneIndex> find(String version) {
        return Optional.ofNullable(indexes.get(version));
    }

    /** The index of a version that has one here, and can answer. */
    public Optional<LaneIndex> findReady(String version) {
        return find(version).filter(index -> index.isReady() && index.failure() == null);
    }

    /** Versions whose index is just being opened and checked. */
    public boolean isOpening(String version) {
        return opening.contains(version);
    }

    /** Versions that have an index here, open or not. */
    public List<String> present() {
        return stores.present();
    }

    /** Opens what is missing, once the embeddings topic exists, and closes and removes what is over. */
    public synchronized void follow(ModelVersions versions, TopicAdmin topics, Instant now) {
        versions.live(now).forEach(event -> attempt(event.getVersion(), () -> keepOpen(event, topics)));
        versions.expired(now).forEach(event -> attempt(event.getVersion(), () -> remove(event.getVersion())));
        versions.withStatus(ModelStatus.REJECTED)
                .forEach(event -> attempt(event.getVersion(), () -> remove(event.getVersion())));
        versions.active().ifPresent(event -> attempt(event.getVersion(), () -> activate(event.getVersion())));
    }

    private void activate(String version) {
        if (!version.equals(activated) && findReady(version).isPresent()) {
            stores.activate(version);
            activated = version;
        }
    }

    /** What is wrong with one version's index keeps none of the others back. */
    private static void attempt(String version, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.warn("the index of {} could not be looked after, will retry: {}", version, e.toString());
        }
    }

    private void keepOpen(ModelEvent event, TopicAdmin topics) {
        String version = event.getVersion();
        LaneIndex index = indexes.get(version);
        if (index != null && index.failure() != null) {
            indexes.remove(version);
            reopenAfter.put(version, clock.instant().plus(REOPEN));
            index.close();
        }
        removed.remove(version);
        if (reopenAfter.getOrDefault(version, Instant.MIN).isAfter(clock.instant()) || !opening.add(version)) {
            return;
        }
        // Asked behind that: an opener puts the index in before it says that it is done.
        if (indexes.containsKey(version)) {
            opening.remove(version);
        } else {
            openers.execute(() -> open(event, topics));
        }
    }

    private void open(ModelEvent event, TopicAdmin topics) {
        String version = event.getVersion();
        try {
            String topic = Topics.embeddings(version);
            Optional<String> id = topics.id(topic);
            Optional<String> labelsId = topics.id(Topics.LABELS);
            Map<TopicPartition, Long> ends = new HashMap<>(topics.ends(topic, IsolationLevel.READ_COMMITTED));
            Map<TopicPartition, Long> labelEnds = topics.ends(Topics.LABELS, IsolationLevel.READ_COMMITTED);
            if (id.isPresent() && labelsId.isPresent() && !ends.isEmpty() && !labelEnds.isEmpty()) {
                ends.putAll(labelEnds);
                VectorStore store =
                        openStore(new StoreKey(version, event.getDimensions(), id.get(), labelsId.get()), ends);
                indexes.put(version, start(store, Map.copyOf(ends)));
            }
        } catch (RuntimeException | Error e) {
            reopenAfter.put(version, clock.instant().plus(REOPEN));
            LOG.warn(
                    "the index of {} cannot be opened, will retry in {} s: {}",
                    version,
                    REOPEN.toSeconds(),
                    e.toString());
        } finally {
            opening.remove(version);
        }
    }

    private LaneIndex start(VectorStore store, Map<TopicPartition, Long> ends) {
        try {
            SearchableMark mark = new SearchableMark(directory, store.key());
            Map<TopicPartition, Long> required =
                    mark.read().map(seen -> notBeyond(seen, ends)).orElse(ends);
            return new LaneIndex(connection, serdes, store, ends, required, mark, settings, listener, erasures);
        } catch (RuntimeException | Error e) {
            store.close();
            throw e;
        }
    }

    private static Map<TopicPartition, Long> notBeyond(
            Map<TopicPartition, Long> offsets, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> bounded = new HashMap<>();
        offsets.forEach(
                (partition, offset) -> bounded.put(partition, Math.min(offset, ends.getOrDefault(partition, 0L))));
        return bounded;
    }

    /** A store that can go on from where it was, or an empty one. */
    private VectorStore openStore(StoreKey key, Map<TopicPartition, Long> ends) {
        try {
            VectorStore store = stores.open(key);
            try {
                requireBehind(store, ends);
                return store;
            } catch (StoreDamagedException e) {
                store.close();
                throw e;
            }
        } catch (StoreDamagedException e) {
            LOG.error("{}; it is removed, and built anew from {}", e.getMessage(), Topics.embeddings(key.version()));
            discard(key.version());
            try {
                return stores.open(key);
            } catch (StoreDamagedException again) {
                throw new StoreException(
                        "the new index of " + key.version() + " in " + stores.where()
                                + " is damaged as well; look at the disk",
                        again);
            }
        }
    }

    /** The mark first: without it an index that is half removed, or built anew, is not ready before its time. */
    private void discard(String version) {
        SearchableMark.remove(directory, version);
        if (version.equals(activated)) {
            // What stood for the old one does not for the new one.
            activated = null;
        }
        stores.discard(version);
    }

    private static void requireBehind(VectorStore store, Map<TopicPartition, Long> ends) throws StoreDamagedException {
        for (Map.Entry<TopicPartition, Long> committed :
                store.committedOffsets().entrySet()) {
            long end = ends.getOrDefault(committed.getKey(), 0L);
            if (committed.getValue() > end) {
                throw new StoreDamagedException(
                        "the index of " + store.key().version() + " has read " + committed.getKey() + " up to "
                                + committed.getValue() + ", which ends at " + end,
                        null);
            }
        }
    }

    private void remove(String version) {
        if (opening.contains(version) || removed.contains(version)) {
            return;
        }
        LaneIndex index = indexes.remove(version);
        if (index != null) {
            index.close();
        }
        if (stores.present().contains(version)) {
            discard(version);
            LOG.info("removed the index of {}", version);
        }
        removed.add(version);
    }

    @Override
    public synchronized void close() {
        openers.shutdown();
        try {
            if (!openers.awaitTermination(LONGEST_CHECK.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("an index is still being checked; it is left as it is");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        indexes.values().forEach(index -> attempt(index.version(), index::close));
        indexes.clear();
    }
}
