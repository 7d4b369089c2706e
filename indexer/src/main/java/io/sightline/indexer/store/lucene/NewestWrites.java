package io.sightline.indexer.store.lucene;

import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Revision;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LiveFieldValues;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.jspecify.annotations.Nullable;

/**
 * What was written last of each id, searchable or not: writes since the last refresh are remembered, the others are
 * looked up. An embedding from beyond all that the index holds of its partition needs no look at all, which is every
 * one but those of a replay. For the writing thread.
 */
final class NewestWrites extends LiveFieldValues<IndexSearcher, NewestWrites.Write> {

    private final Map<Integer, Long> newestEmbeddings = new HashMap<>();

    /**
     * The last write of an id.
     *
     * @param image null for a tombstone
     */
    record Write(Revision revision, @Nullable EmbeddedImage image) {}

    NewestWrites(SearcherManager searchers) throws IOException {
        super(searchers, new Write(new Revision(0, 1, 0), null));
        IndexSearcher searcher = searchers.acquire();
        try {
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                noteAll(leaf.reader());
            }
        } finally {
            searchers.release(searcher);
        }
    }

    private void noteAll(LeafReader reader) throws IOException {
        NumericDocValues partitions = reader.getNumericDocValues(ImageDocuments.PARTITION);
        NumericDocValues embeddings = reader.getNumericDocValues(ImageDocuments.EMBEDDING);
        if (partitions == null || embeddings == null) {
            return;
        }
        // Documents that were deleted since count as well: they only make a look needed where it would not be.
        while (partitions.nextDoc() != NumericDocValues.NO_MORE_DOCS) {
            embeddings.nextDoc();
            newestEmbeddings.merge((int) partitions.longValue(), embeddings.longValue(), Math::max);
        }
    }

    /** The last write of an id, or null. */
    @Override
    public @Nullable Write get(String id) throws IOException {
        return super.get(id);
    }

    /** Whether the store has nothing as new as that. */
    boolean isNews(String id, Revision revision) throws IOException {
        if (revision.embedding() > newestEmbeddings.getOrDefault(revision.partition(), 0L)) {
            return true;
        }
        Write last = get(id);
        return last == null || revision.isAfter(last.revision);
    }

    /** Remembers a write, behind it. */
    void wrote(String id, Write write) {
        newestEmbeddings.merge(write.revision.partition(), write.revision.embedding(), Math::max);
        add(id, write);
    }

    @Override
    protected @Nullable Write lookupFromSearcher(IndexSearcher searcher, String id) throws IOException {
        ScoreDoc[] found = searcher.search(new TermQuery(ImageDocuments.id(id)), 1).scoreDocs;
        if (found.length == 0) {
            return null;
        }
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(found[0].doc, leaves));
        int doc = found[0].doc - leaf.docBase;
        return ImageReader.isTombstone(leaf.reader(), doc)
                ? new Write(ImageReader.revision(leaf.reader(), doc), null)
                : written(ImageReader.image(leaf.reader(), doc));
    }

    static Write written(EmbeddedImage image) {
        return new Write(image.image().revision(), image);
    }
}
