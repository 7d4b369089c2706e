package io.sightline.indexer.store.lucene;

import io.sightline.indexer.store.Hit;
import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.StoreException;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.kafka.common.TopicPartition;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.jspecify.annotations.Nullable;

/**
 * One Lucene index with an HNSW graph over unit vectors (M 16, beam width 100). Offsets travel in Lucene's commit,
 * so that documents and offsets land together. One writing thread, any number of searching threads.
 */
public final class LuceneStore implements VectorStore {

    private static final int MAX_CONNECTIONS = 16;
    private static final int BEAM_WIDTH = 100;

    private final Path path;
    private final Directory directory;
    private final IndexWriter writer;
    private final SearcherManager searchers;
    private final ReadWriteLock open = new ReentrantReadWriteLock();
    private boolean closed;

    /**
     * Opens an index or makes an empty one.
     *
     * @throws StoreException if the folder cannot be read or written, or is in use
     */
    public LuceneStore(Path path) {
        this.path = path;
        try {
            directory = FSDirectory.open(path);
            writer = new IndexWriter(directory, new IndexWriterConfig().setCodec(new HnswCodec()));
            searchers = new SearcherManager(writer, null);
        } catch (IOException e) {
            throw new StoreException("the index in " + path + " cannot be opened: " + e.getMessage(), e);
        }
    }

    @Override
    public void upsert(StoredImage image) {
        Term id = new Term(ImageDocuments.ID, image.id());
        attempt("write " + image.id(), () -> writer.updateDocument(id, ImageDocuments.of(image)));
    }

    @Override
    public void delete(String id) {
        attempt("delete " + id, () -> writer.deleteDocuments(new Term(ImageDocuments.ID, id)));
    }

    @Override
    public void relabel(String id, @Nullable String label) {
        find(id).ifPresent(image -> upsert(image.withLabel(label)));
    }

    @Override
    public void refresh() {
        // Only the writing thread refreshes, so this never finds another refresh under way.
        attempt("refresh", searchers::maybeRefresh);
    }

    @Override
    public void commit(Map<TopicPartition, Long> nextOffsets) {
        Map<String, String> data = new HashMap<>();
        nextOffsets.forEach((partition, offset) -> data.put(partition.toString(), offset.toString()));
        attempt("commit", () -> {
            writer.setLiveCommitData(data.entrySet());
            return writer.commit();
        });
    }

    @Override
    public Map<TopicPartition, Long> committedOffsets() {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        Iterable<Map.Entry<String, String>> data = writer.getLiveCommitData();
        if (data != null) {
            for (Map.Entry<String, String> entry : data) {
                int dash = entry.getKey().lastIndexOf('-');
                offsets.put(
                        new TopicPartition(
                                entry.getKey().substring(0, dash),
                                Integer.parseInt(entry.getKey().substring(dash + 1))),
                        Long.parseLong(entry.getValue()));
            }
        }
        return offsets;
    }

    @Override
    public long count() {
        return search("count", searcher -> (long) searcher.getIndexReader().numDocs());
    }

    @Override
    public List<Hit> nearest(NearestQuery query) {
        int wanted = query.k() + query.excluded().size();
        Query knn = new KnnFloatVectorQuery(
                ImageDocuments.VECTOR, query.vector(), Math.max(query.ef(), wanted), filter(query));
        return search("search", searcher -> {
            TopDocs found = searcher.search(knn, wanted);
            List<Hit> hits = new ArrayList<>(query.k());
            for (ScoreDoc doc : found.scoreDocs) {
                StoredImage image = image(searcher, doc.doc);
                if (hits.size() < query.k() && !query.excluded().contains(image.id())) {
                    // Lucene scores dot products as (1 + dot) / 2.
                    hits.add(new Hit(image, 2.0 * doc.score - 1));
                }
            }
            return hits;
        });
    }

    @Override
    public Optional<StoredImage> find(String id) {
        return search("find " + id, searcher -> {
            TopDocs found = searcher.search(new TermQuery(new Term(ImageDocuments.ID, id)), 1);
            return found.scoreDocs.length == 0
                    ? Optional.empty()
                    : Optional.of(image(searcher, found.scoreDocs[0].doc));
        });
    }

    @Override
    public void close() {
        open.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                searchers.close();
                writer.rollback();
                directory.close();
            }
        } catch (IOException e) {
            throw new StoreException("the index in " + path + " did not close: " + e.getMessage(), e);
        } finally {
            open.writeLock().unlock();
        }
    }

    private static @Nullable Query filter(NearestQuery query) {
        BooleanQuery.Builder filter = new BooleanQuery.Builder();
        query.tags()
                .forEach((key, value) -> filter.add(
                        new TermQuery(new Term(ImageDocuments.TAG, ImageDocuments.tag(key, value))),
                        BooleanClause.Occur.FILTER));
        if (query.label() != null) {
            filter.add(new TermQuery(new Term(ImageDocuments.LABEL, query.label())), BooleanClause.Occur.FILTER);
        }
        BooleanQuery built = filter.build();
        return built.clauses().isEmpty() ? null : built;
    }

    private static StoredImage image(IndexSearcher searcher, int doc) throws IOException {
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
        FloatVectorValues vectors = leaf.reader().getFloatVectorValues(ImageDocuments.VECTOR);
        KnnVectorValues.DocIndexIterator iterator = vectors.iterator();
        iterator.advance(doc - leaf.docBase);
        float[] vector = vectors.vectorValue(iterator.index()).clone();
        return ImageDocuments.image(searcher.storedFields().document(doc), vector);
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

    private <T> T attempt(String action, Action<T> body) {
        open.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the index in " + path + " is closed");
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

    private static final class HnswCodec extends Lucene104Codec {
        @Override
        public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            return new Lucene99HnswVectorsFormat(MAX_CONNECTIONS, BEAM_WIDTH, 1, null, 0);
        }
    }
}
