package io.sightline.indexer.store.lucene;

import io.sightline.indexer.store.Hit;
import io.sightline.indexer.store.Nearest;
import io.sightline.indexer.store.NearestQuery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DoubleValues;
import org.apache.lucene.search.DoubleValuesSource;
import org.apache.lucene.search.FullPrecisionFloatVectorSimilarityValuesSource;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.jspecify.annotations.Nullable;

/**
 * Finds the nearest images in one state of an index: pages that begin where one ended and repeat nothing. Candidates are
 * doubled until no other candidate could change the page.
 */
final class Neighbours {

    private static final String KIND = "lucene";
    private static final Comparator<ScoreDoc> BY_PLACE = Comparator.comparingInt(candidate -> candidate.doc);
    private final IndexSearcher searcher;
    private final List<LeafReaderContext> leaves;
    private final NearestQuery query;
    private final Quantisation quantisation;

    private Neighbours(IndexSearcher searcher, NearestQuery query, Quantisation quantisation) {
        this.searcher = searcher;
        this.leaves = searcher.getIndexReader().leaves();
        this.query = query;
        this.quantisation = quantisation;
    }

    static Nearest find(IndexSearcher searcher, NearestQuery query, Quantisation quantisation) throws IOException {
        return new Neighbours(searcher, query, quantisation).find(ImageDocuments.query(query.filter()));
    }

    private Nearest find(@Nullable Query filter) throws IOException {
        int most = Math.max(1, searcher.getIndexReader().maxDoc());
        for (int candidates = query.candidates(); ; candidates *= 2) {
            ScoreDoc[] found = candidates(candidates, most, filter);
            List<Hit> page = page(found);
            if (found.length < candidates || candidates >= most || isWhole(page, found)) {
                return new Nearest(page, new Nearest.Trace(KIND, candidates, found.length, leaves.size()));
            }
        }
    }

    /** The best candidates by their full vectors, whatever the graph search has read of them. */
    private ScoreDoc[] candidates(int count, int most, @Nullable Query filter) throws IOException {
        Query knn = new KnnFloatVectorQuery(ImageDocuments.VECTOR, query.vector(), count, filter);
        ScoreDoc[] found = searcher.search(knn, Math.min(count, most)).scoreDocs;
        if (quantisation != Quantisation.NONE) {
            rescore(found);
        }
        return found;
    }

    // RescoreTopNQuery of Lucene 10.6 does the same, and fails on a search that finds nothing.
    private void rescore(ScoreDoc[] found) throws IOException {
        DoubleValuesSource exact =
                new FullPrecisionFloatVectorSimilarityValuesSource(query.vector(), ImageDocuments.VECTOR);
        Arrays.sort(found, BY_PLACE);
        int begin = 0;
        for (LeafReaderContext leaf : leaves) {
            int end = begin;
            while (end < found.length
                    && found[end].doc < leaf.docBase + leaf.reader().maxDoc()) {
                end++;
            }
            if (end > begin) {
                rescore(
                        leaf.docBase,
                        exact.getValues(leaf, null),
                        Arrays.asList(found).subList(begin, end));
            }
            begin = end;
        }
        Arrays.sort(found, Comparator.comparingDouble(candidate -> -candidate.score));
    }

    private static void rescore(int docBase, DoubleValues exact, List<ScoreDoc> candidates) throws IOException {
        for (ScoreDoc candidate : candidates) {
            if (!exact.advanceExact(candidate.doc - docBase)) {
                throw new IllegalStateException("a candidate has no vector: document " + candidate.doc);
            }
            candidate.score = (float) exact.doubleValue();
        }
    }

    /** Whether more candidates could not change a page: of equal scores Lucene keeps any, not those with the lowest ids. */
    private boolean isWhole(List<Hit> page, ScoreDoc[] found) {
        return page.size() == query.k()
                && score(found[found.length - 1]) < page.getLast().score();
    }

    /** Candidates come by score; those of one score are put in order by id, so that every page begins where one ended. */
    private List<Hit> page(ScoreDoc[] candidates) throws IOException {
        int wanted = Math.min(candidates.length, query.least());
        while (wanted > 0 && wanted < candidates.length && candidates[wanted].score == candidates[wanted - 1].score) {
            wanted++;
        }
        List<Hit> page = query.page(hits(candidates, wanted));
        // What was seen may be gone, and what is excluded may be elsewhere: then there is more on this page.
        return page.size() < query.k() && wanted < candidates.length
                ? query.page(hits(candidates, candidates.length))
                : page;
    }

    /** The first candidates. Read in the order in which they are stored, which one pass over each segment can do. */
    private List<Hit> hits(ScoreDoc[] candidates, int count) throws IOException {
        ScoreDoc[] stored = Arrays.copyOf(candidates, count);
        Arrays.sort(stored, BY_PLACE);
        List<Hit> hits = new ArrayList<>(count);
        int next = 0;
        for (LeafReaderContext leaf : leaves) {
            int end = leaf.docBase + leaf.reader().maxDoc();
            if (next < count && stored[next].doc < end) {
                ImageReader.Hits reader = new ImageReader.Hits(leaf.reader());
                for (; next < count && stored[next].doc < end; next++) {
                    hits.add(reader.hit(stored[next].doc - leaf.docBase, score(stored[next])));
                }
            }
        }
        hits.sort(Hit.ORDER);
        return hits;
    }

    /** The cosine: Lucene scores dot products as (1 + dot) / 2. */
    private static double score(ScoreDoc doc) {
        return 2.0 * doc.score - 1;
    }
}
