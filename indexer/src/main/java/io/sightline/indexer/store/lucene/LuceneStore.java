package io.sightline.indexer.store.lucene;

import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Erased;
import io.sightline.indexer.store.ImageVisitor;
import io.sightline.indexer.store.Nearest;
import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoreClosedException;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.VectorStore;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.kafka.common.TopicPartition;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.Lock;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * One Lucene index with an HNSW graph over unit vectors (M 16, beam width 100). Offsets travel in Lucene's commit, so
 * they never run ahead of the documents; what the documents are ahead of them is no news when it is replayed.
 */
public final class LuceneStore implements VectorStore {

    private final StoreKey key;
    private final Quantisation quantisation;
    private final Path path;
    private final Clock clock;
    private final Directory directory;
    private final IndexWriter writer;
    private final SearcherManager searchers;
    private final NewestWrites newest;
    private final Expunge expunge;
    private final QuietMerge quietMerge;
    private final ReadWriteLock open = new ReentrantReadWriteLock();
    private boolean closed;
    private volatile boolean failed;

    private LuceneStore(
            StoreKey key,
            Quantisation quantisation,
            Path path,
            Clock clock,
            Directory directory,
            IndexWriter writer,
            SearcherManager searchers,
            NewestWrites newest,
            Expunge expunge) {
        this.key = key;
        this.quantisation = quantisation;
        this.path = path;
        this.clock = clock;
        this.directory = directory;
        this.writer = writer;
        this.searchers = searchers;
        this.newest = newest;
        this.expunge = expunge;
        this.quietMerge = new QuietMerge(writer, searchers);
    }

    /** Opens an index of full vectors; see {@link #open(Path, StoreKey, Quantisation, Clock)}. */
    public static LuceneStore open(Path path, StoreKey key, Clock clock) throws StoreDamagedException {
        return open(path, key, Quantisation.NONE, clock);
    }

    /**
     * Opens an index or makes an empty one. All of it is read once, so that damage is found here and not by a search.
     *
     * @throws StoreDamagedException if it is damaged, or is of something else: it may be removed and opened again, empty
     * @throws StoreException if the folder cannot be read or written, or is in use
     */
    public static LuceneStore open(Path path, StoreKey key, Quantisation quantisation, Clock clock)
            throws StoreDamagedException {
        List<Closeable> opened = new ArrayList<>();
        try {
            Directory directory = FSDirectory.open(path);
            opened.add(directory);
            // Without the lock what another process is just writing would look like damage.
            try (Lock lock = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
                IndexStamp.verify(path, directory, key, quantisation);
                lock.ensureValid();
            }
            ExpungingMergePolicy policy = new ExpungingMergePolicy();
            IndexWriterConfig config = new IndexWriterConfig()
                    .setCodec(new HnswCodec(quantisation))
                    .setMergePolicy(policy)
                    .setMergeScheduler(new HnswMergeScheduler())
                    // Otherwise every fourth refresh waits half a second for small segments to be merged.
                    .setMaxFullFlushMergeWaitMillis(0);
            IndexWriter writer = new IndexWriter(directory, config);
            opened.addFirst(writer::rollback);
            SearcherManager searchers = new SearcherManager(writer, null);
            opened.addFirst(searchers);
            Expunge expunge = new Expunge(directory, writer, policy);
            return new LuceneStore(
                    key, quantisation, path, clock, directory, writer, searchers, new NewestWrites(searchers), expunge);
        } catch (StoreDamagedException | RuntimeException | Error e) {
            IOUtils.closeWhileHandlingException(opened);
            throw e;
        } catch (IOException e) {
            IOUtils.closeWhileHandlingException(opened);
            throw new StoreException("the index in " + path + " cannot be opened: " + e.getMessage(), e);
        }
    }

    /**
     * Removes an index with its folder.
     *
     * @throws StoreException if it is in use, or cannot be removed
     */
    public static void discard(Path path) {
        try (Directory directory = FSDirectory.open(path)) {
            try (Lock lock = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
                for (String file : directory.listAll()) {
                    lock.ensureValid();
                    if (!file.equals(IndexWriter.WRITE_LOCK_NAME)) {
                        Files.delete(path.resolve(file));
                    }
                }
            }
            Files.deleteIfExists(path.resolve(IndexWriter.WRITE_LOCK_NAME));
            Files.delete(path);
        } catch (IOException e) {
            throw new StoreException("the index in " + path + " cannot be removed: " + e.getMessage(), e);
        }
    }

    @Override
    public StoreKey key() {
        return key;
    }

    @Override
    public void upsert(EmbeddedImage image) {
        key.requireOurSpace(image);
        write("write " + image.image().id(), () -> {
            String id = image.image().id();
            if (newest.isNews(id, image.image().revision())) {
                put(id, image);
            }
            return id;
        });
    }

    @Override
    public void delete(String id, Revision revision) {
        write("delete " + id, () -> {
            if (newest.isNews(id, revision)) {
                writer.updateDocument(ImageDocuments.id(id), ImageDocuments.tombstone(id, revision, clock.instant()));
                newest.wrote(id, new NewestWrites.Write(revision, null));
            }
            return id;
        });
    }

    @Override
    public void relabel(String id, @Nullable String label, long labelOffset) {
        write("relabel " + id, () -> {
            NewestWrites.Write last = newest.get(id);
            if (last != null
                    && last.image() != null
                    && labelOffset > last.revision().label()) {
                put(id, last.image().withLabel(label, labelOffset));
            }
            return id;
        });
    }

    private void put(String id, EmbeddedImage image) throws IOException {
        writer.updateDocument(ImageDocuments.id(id), ImageDocuments.of(image));
        newest.wrote(id, NewestWrites.written(image));
    }

    @Override
    public void refresh() {
        attempt("refresh", () -> {
            try {
                searchers.maybeRefreshBlocking();
            } catch (IOException | RuntimeException | Error e) {
                // What was written since the last one is forgotten, and not searchable: the next write could be older.
                failed = true;
                throw e;
            }
            return path;
        });
    }

    @Override
    public void commit(Map<TopicPartition, Long> nextOffsets) {
        // Lucene reads the entries when it commits, whatever has happened to the offsets since.
        Map<String, String> stamp = IndexStamp.of(key, quantisation, nextOffsets);
        write("commit", () -> {
            writer.setLiveCommitData(stamp.entrySet());
            return writer.commit();
        });
    }

    @Override
    public Map<TopicPartition, Long> committedOffsets() {
        Iterable<Map.Entry<String, String>> stamp = writer.getLiveCommitData();
        return stamp == null ? Map.of() : IndexStamp.offsets(stamp);
    }

    @Override
    public long count() {
        return search("count", searcher -> {
            long tombstones = searcher.count(new TermQuery(new Term(ImageDocuments.GONE, ImageDocuments.GONE)));
            return searcher.getIndexReader().numDocs() - tombstones;
        });
    }

    @Override
    public Nearest search(NearestQuery query) {
        return search("search", searcher -> Neighbours.find(searcher, query, quantisation));
    }

    @Override
    public Optional<EmbeddedImage> find(String id) {
        // Tombstones have no vector.
        Query query = new BooleanQuery.Builder()
                .add(new TermQuery(ImageDocuments.id(id)), BooleanClause.Occur.FILTER)
                .add(new FieldExistsQuery(ImageDocuments.VECTOR), BooleanClause.Occur.FILTER)
                .build();
        return search("find " + id, searcher -> {
            ScoreDoc[] found = searcher.search(query, 1).scoreDocs;
            if (found.length == 0) {
                return Optional.empty();
            }
            List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
            LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(found[0].doc, leaves));
            return Optional.of(ImageReader.image(leaf.reader(), found[0].doc - leaf.docBase));
        });
    }

    @Override
    public void scan(ImageVisitor visitor) {
        search("scan", searcher -> {
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                IndexScan.visit(leaf.reader(), visitor);
            }
            return path;
        });
    }

    @Override
    public Map<String, Long> labels() {
        return search("count labels", IndexScan::labels);
    }

    @Override
    public void purge(Duration age) {
        Instant before = clock.instant().minus(age);
        write("purge", () -> writer.deleteDocuments(ImageDocuments.goneBefore(before)));
    }

    @Override
    public Set<Erased> held(Collection<Erased> erased) {
        return search("look for erased images", searcher -> expunge.held(searcher.getIndexReader(), erased));
    }

    @Override
    public void expunge(Collection<Erased> erased) {
        write("expunge erased images", () -> {
            expunge.begin(erased);
            return path;
        });
    }

    @Override
    public void rest(Duration since) {
        write("merge", () -> {
            quietMerge.rest(since);
            return path;
        });
    }

    /** Parts that a search looks into one after the other. */
    public int segments() {
        return search("count", searcher -> searcher.getIndexReader().leaves().size());
    }

    @Override
    public void close() {
        open.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                IOUtils.close(searchers, writer::rollback, directory);
            }
        } catch (IOException e) {
            throw new StoreException("the index in " + path + " did not close: " + e.getMessage(), e);
        } finally {
            open.writeLock().unlock();
        }
    }

    private <T> T search(String action, Search<T> search) {
        return attempt(action, () -> {
            IndexSearcher searcher = searchers.acquire();
            try {
                return search.on(searcher);
            } finally {
                searchers.release(searcher);
            }
        });
    }

    /** A write or commit; none may follow a refresh that failed. */
    private <T> T write(String action, Action<T> body) {
        if (failed) {
            throw new IllegalStateException(
                    "the index in " + path + " could not refresh; it has to be opened again before it is written to");
        }
        return attempt(action, body);
    }

    private <T> T attempt(String action, Action<T> body) {
        open.readLock().lock();
        try {
            if (closed) {
                throw new StoreClosedException("the index in " + path + " is closed");
            }
            return body.run();
        } catch (IOException e) {
            throw new StoreException("the index in " + path + " could not " + action + ": " + e.getMessage(), e);
        } finally {
            open.readLock().unlock();
        }
    }

    @FunctionalInterface
    private interface Search<T> {
        T on(IndexSearcher searcher) throws IOException;
    }

    @FunctionalInterface
    private interface Action<T> {
        T run() throws IOException;
    }
}
