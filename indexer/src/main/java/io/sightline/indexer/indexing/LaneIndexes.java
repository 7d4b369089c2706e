package io.sightline.indexer.indexing;

import io.sightline.embedder.erasure.ErasureLedger;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.VectorStores;
import io.sightline.schemas.AtOnce;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One index for each live version; those of expired and rejected versions are removed. Thread-safe.
 *
 * <p>Indexes are opened, closed, removed and made the active one in the background: all of an index is read and checked
 * when it is opened, and a store may be a cluster that is slow to answer. Of one version one thing at a time is done, and
 * no version waits for another.
 *
 * <p>One that is damaged, of another version or topic, or ahead of its topic, is removed and built anew from the version's
 * embeddings topic; until it has all that the topic held it is not {@linkplain LaneIndex#isReady() ready}, and answers
 * nothing; nor does an older copy of one that has answered before. One that is whole is ready at once, and goes on where it
 * was: of what came meanwhile it does not know yet, as when it reads more slowly than is written.
 */
public final class LaneIndexes implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LaneIndexes.class);

    private final KafkaConnection connection;
    private final RecordSerdes serdes;
    private final IndexingSettings settings;
    private final SearchableListener listener;
    private final VectorStores stores;
    private final Path directory;
    private final ErasureLedger erasures;
    private final Telemetry telemetry;
    private final Map<String, LaneIndex> indexes = new ConcurrentHashMap<>();
    private final Set<String> removed = ConcurrentHashMap.newKeySet();
    private final Upkeep upkeep;
    /** Held by whoever tells the stores which version is active: the last one told is the last one that was. */
    private final AtomicBoolean activating = new AtomicBoolean();

    /** What the stores were told last; null before they were told. */
    private volatile @Nullable String activated;

    private volatile @Nullable String active;

    private volatile boolean closed;

    /**
     * Keeps one index per version. Uses, and does not close, the stores.
     *
     * @param directory where it is noted how far searches have seen
     * @param erasures what is not to be indexed any more, though the brokers may still have it
     * @param telemetry where the meters of indexes are registered, see {@code sightline.indexer.*}
     */
    public LaneIndexes(
            KafkaConnection connection,
            RecordSerdes serdes,
            IndexingSettings settings,
            SearchableListener listener,
            VectorStores stores,
            Path directory,
            ErasureLedger erasures,
            Telemetry telemetry,
            Clock clock) {
        this.telemetry = telemetry;
        this.connection = connection;
        this.serdes = serdes;
        this.settings = settings;
        this.listener = listener;
        this.stores = stores;
        this.directory = directory;
        this.erasures = erasures;
        this.upkeep = new Upkeep(clock);
    }

    /** The index of a version that has one here, ready or not. */
    public Optional<LaneIndex> find(String version) {
        return Optional.ofNullable(indexes.get(version));
    }

    /** The index of a version that has one here, and can answer. */
    public Optional<LaneIndex> findReady(String version) {
        return find(version).filter(index -> index.isReady() && index.failure() == null);
    }

    /** Versions that have an index here, open or not. */
    public List<String> present() {
        return stores.present();
    }

    /** Begins to open what is missing, once the embeddings topic exists, and to close and remove what is over. */
    public void follow(ModelVersions versions, TopicAdmin topics, Instant now) {
        versions.live(now).forEach(event -> keepOpen(event, topics));
        versions.expired(now).forEach(event -> remove(event.getVersion()));
        versions.withStatus(ModelStatus.REJECTED).forEach(event -> remove(event.getVersion()));
        versions.active().ifPresent(event -> activate(event.getVersion()));
    }

    private void activate(String version) {
        active = version;
        find(version).ifPresent(LaneIndex::seen);
        if (!version.equals(activated) && findReady(version).isPresent()) {
            upkeep.begin(version, "made the active one", () -> {
                if (activating.compareAndSet(false, true)) {
                    try {
                        stores.activate(version);
                        activated = version;
                    } finally {
                        activating.set(false);
                    }
                }
            });
        }
    }

    private void keepOpen(ModelEvent event, TopicAdmin topics) {
        String version = event.getVersion();
        removed.remove(version);
        LaneIndex index = indexes.get(version);
        if (index == null) {
            upkeep.begin(version, "opened", () -> open(event, topics));
        } else if (index.failure() != null) {
            upkeep.begin(version, "closed", () -> closeFailed(version));
        }
    }

    private void closeFailed(String version) {
        LaneIndex index = indexes.remove(version);
        // Whatever stopped it is given time to pass.
        upkeep.waitWith(version);
        if (index != null) {
            index.close();
        }
    }

    private void open(ModelEvent event, TopicAdmin topics) {
        String version = event.getVersion();
        if (indexes.containsKey(version)) {
            return;
        }
        String topic = Topics.embeddings(version);
        Optional<String> id = topics.id(topic);
        Optional<String> labelsId = topics.id(Topics.LABELS);
        Map<TopicPartition, Long> ends = new HashMap<>(topics.ends(topic, IsolationLevel.READ_COMMITTED));
        Map<TopicPartition, Long> labelEnds = topics.ends(Topics.LABELS, IsolationLevel.READ_COMMITTED);
        if (id.isPresent() && labelsId.isPresent() && !ends.isEmpty() && !labelEnds.isEmpty()) {
            ends.putAll(labelEnds);
            VectorStore store = openStore(new StoreKey(version, event.getDimensions(), id.get(), labelsId.get()), ends);
            keep(version, start(store, Map.copyOf(ends)));
        }
    }

    /** One that was being opened while all were closed is closed too. */
    private void keep(String version, LaneIndex index) {
        indexes.put(version, index);
        if (version.equals(active)) {
            index.seen();
        }
        if (closed && indexes.remove(version, index)) {
            index.close();
        }
    }

    private LaneIndex start(VectorStore store, Map<TopicPartition, Long> ends) {
        @Nullable IndexTelemetry shown = null;
        try {
            shown = new IndexTelemetry(telemetry, store.key().version());
            SearchableMark mark = new SearchableMark(directory, store.key());
            Map<TopicPartition, Long> required =
                    mark.read().filter(seen -> covers(store, seen)).orElse(ends);
            return new LaneIndex(connection, serdes, store, ends, required, mark, settings, listener, erasures, shown);
        } catch (RuntimeException | Error e) {
            if (shown != null) {
                shown.close();
            }
            store.close();
            throw e;
        }
    }

    /** What searches have seen of it is in it, unless it is an older copy, or another one than they saw. */
    private static boolean covers(VectorStore store, Map<TopicPartition, Long> seen) {
        Map<TopicPartition, Long> committed = store.committedOffsets();
        return seen.entrySet().stream().allMatch(one -> committed.getOrDefault(one.getKey(), 0L) >= one.getValue());
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
        if (!removed.contains(version)) {
            upkeep.begin(version, "removed", () -> {
                LaneIndex index = indexes.remove(version);
                if (index != null) {
                    index.close();
                }
                if (stores.present().contains(version)) {
                    discard(version);
                    LOG.info("removed the index of {}", version);
                }
                removed.add(version);
            });
        }
    }

    @Override
    public void close() {
        closed = true;
        // None waits for another, nor for one that is still being opened: whoever opens it closes it then.
        List<Runnable> ends = new ArrayList<>();
        ends.add(upkeep::close);
        indexes.values().forEach(index -> ends.add(() -> closeLast(index)));
        AtOnce.run(ends.toArray(Runnable[]::new));
    }

    /** What is wrong with one keeps none of the others open. */
    private void closeLast(LaneIndex index) {
        try {
            if (indexes.remove(index.version(), index)) {
                index.close();
            }
        } catch (RuntimeException e) {
            LOG.warn("the index of {} was not closed in order: {}", index.version(), e.toString());
        }
    }
}
