package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Erased;
import io.sightline.indexer.store.ImageVisitor;
import io.sightline.indexer.store.Nearest;
import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoreClosedException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.VectorStore;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An index of an OpenSearch cluster with HNSW graphs over unit vectors (M 16, ef_construction 100), one for each shard.
 *
 * <p>OpenSearch itself leaves out what is no news, by {@linkplain ExternalVersion external versions}: so replays do no harm,
 * nor would a second indexer that writes to the same index. Deleted images leave documents as tombstones, which no clock of
 * OpenSearch ends ({@code index.gc_deletes} is for its own deletions): an older write is no news until {@link #purge} has
 * taken the tombstone, however late it comes; the age of a tombstone is by the indexers' clocks. Writes are gathered, and are acknowledged by as many copies as the loss of a node takes before a refresh or commit returns; offsets
 * are written behind them. What the documents are ahead of the offsets is no news when it is replayed.
 */
public final class OpenSearchStore implements VectorStore {

    private static final Logger LOG = LoggerFactory.getLogger(OpenSearchStore.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int IMAGES_PER_MILLISECOND = 10;
    /** Beyond, one segment costs more to make than it saves. */
    private static final long MOST_MERGED = 2_000_000;
    /** OpenSearch remembers a deletion until a clock that it reads five times a second has moved on. */
    private static final Duration DELETION_REMEMBERED = Duration.ofMillis(500);

    private final StoreKey key;
    private final String index;
    private final OpenSearchConnection connection;
    private final Clock clock;
    private final BulkWriter writer;
    private final Documents documents;
    private final Relabels relabels;
    private final NeighbourSearch search;
    private final Refresh refresh;
    private final IndexState state;
    private final Expunge expunge;
    private final ExecutorService background = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("opensearch-tidy-", 0).factory());
    private final AtomicBoolean tidying = new AtomicBoolean();
    private final AtomicLong written = new AtomicLong();
    /** How much had been written when it was refreshed last; nothing yet. */
    private volatile long shown = -1;

    private volatile boolean merged;
    private volatile boolean closed;

    /** Uses, and does not close, the connection. The index is there. */
    OpenSearchStore(StoreKey key, String index, OpenSearchConnection connection, Clock clock) {
        this.key = key;
        this.index = index;
        this.connection = connection;
        this.clock = clock;
        this.writer = new BulkWriter(connection, index, clock);
        this.documents = new Documents(connection, index);
        this.relabels = new Relabels(writer, documents, clock);
        this.search = new NeighbourSearch(connection, index);
        this.refresh = new Refresh(connection, index);
        this.state = new IndexState(connection, index);
        this.expunge = new Expunge(connection, index, documents, state);
    }

    @Override
    public StoreKey key() {
        return key;
    }

    @Override
    public void upsert(EmbeddedImage image) {
        requireOpen();
        key.requireOurSpace(image);
        relabels.resolve(image.image().id());
        writer.add(Write.of(image, clock.instant()));
        wrote();
    }

    @Override
    public void delete(String id, Revision revision) {
        requireOpen();
        relabels.resolve(id);
        writer.add(Write.tombstone(id, revision, clock.instant()));
        wrote();
    }

    @Override
    public void relabel(String id, @Nullable String label, long labelOffset) {
        requireOpen();
        relabels.add(id, label, labelOffset);
        wrote();
    }

    @Override
    public void refresh() {
        requireOpen();
        long before = written.get();
        // One that rests is left alone: the cluster may be away, and searches say so themselves.
        if (before != shown) {
            show();
            shown = before;
        }
    }

    private void show() {
        flush();
        refresh.run();
    }

    private void flush() {
        relabels.resolve();
        writer.flush();
    }

    @Override
    public void commit(Map<TopicPartition, Long> nextOffsets) {
        requireOpen();
        Map<TopicPartition, Long> offsets = Map.copyOf(nextOffsets);
        flush();
        state.writeOffsets(offsets);
    }

    @Override
    public Map<TopicPartition, Long> committedOffsets() {
        requireOpen();
        return state.offsets();
    }

    @Override
    public long count() {
        requireOpen();
        return documents.count();
    }

    @Override
    public long refused() {
        return writer.refused();
    }

    @Override
    public Nearest search(NearestQuery query) {
        requireOpen();
        return search.search(query);
    }

    @Override
    public Optional<EmbeddedImage> find(String id) {
        requireOpen();
        return documents.find(List.of(id)).stream().findFirst();
    }

    @Override
    public List<EmbeddedImage> find(List<String> ids) {
        requireOpen();
        return documents.find(ids);
    }

    @Override
    public void scan(ImageVisitor visitor) {
        requireOpen();
        documents.scan(visitor);
    }

    @Override
    public void purge(Duration age) {
        requireOpen();
        show();
        ObjectNode body = OpenSearchConnection.JSON.createObjectNode();
        var rules = body.putObject("query").putObject("bool").putArray("filter");
        rules.addObject().putObject("term").put(ImageJson.KIND, ImageJson.TOMBSTONE);
        rules.addObject()
                .putObject("range")
                .putObject(ImageJson.WRITTEN)
                .put("lt", clock.instant().minus(age).toEpochMilli());
        // A tombstone that is replaced meanwhile stays.
        JsonNode answer = connection.write(
                "purge " + index,
                Call.post("/" + index + "/_delete_by_query")
                        .with("conflicts", "proceed")
                        .with(body)
                        .takingLong());
        if (answer.path("deleted").asLong() > 0) {
            pause(DELETION_REMEMBERED);
            show();
        }
    }

    private void wrote() {
        written.incrementAndGet();
        merged = false;
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Set<Erased> held(Collection<Erased> erased) {
        requireOpen();
        flush();
        return expunge.held(erased);
    }

    @Override
    public void expunge(Collection<Erased> erased) {
        requireOpen();
        if (erased.isEmpty()) {
            return;
        }
        tidy("expunge", () -> {
            flush();
            expunge.pass();
        });
    }

    @Override
    public void rest(Duration since) {
        requireOpen();
        if (since.compareTo(PATIENCE) < 0 || merged) {
            return;
        }
        tidy("merge", () -> {
            long images = documents.count();
            if (images > MOST_MERGED) {
                merged = true;
            } else if (since.toMillis() >= PATIENCE.toMillis() + images / IMAGES_PER_MILLISECOND) {
                long before = written.get();
                connection.send(Call.post("/" + index + "/_forcemerge")
                        .with("max_num_segments", 1)
                        .takingLong());
                connection.send(Call.post("/" + index + "/_refresh"));
                merged = written.get() == before;
            }
        });
    }

    /** In the background, unless it is at it already. */
    private void tidy(String action, Tidying tidying) {
        if (this.tidying.compareAndSet(false, true)) {
            background.execute(() -> {
                try {
                    tidying.run();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } catch (RuntimeException e) {
                    if (!closed) {
                        LOG.warn("could not {} {}, will retry when it is asked for: {}", action, index, e.toString());
                    }
                } finally {
                    this.tidying.set(false);
                }
            });
        }
    }

    @FunctionalInterface
    private interface Tidying {
        void run() throws InterruptedException;
    }

    private void requireOpen() {
        if (closed) {
            throw new StoreClosedException("the index " + index + " is closed");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            background.shutdownNow();
            writer.close();
        }
    }
}
