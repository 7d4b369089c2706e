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
import org.apache.lucene.index.ReaderUtil;
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
    private static final Comparator<Hit> BY_ID = Comparator.comparing(Hit::id);

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
        Arrays.sort(found, Comparator.comparingInt(candidate -> candidate.doc));
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
        List<Hit> page = new ArrayList<>(query.k());
        int begin = 0;
        while (begin < candidates.length && page.size() < query.k()) {
            int end = begin + 1;
            while (end < candidates.length && candidates[end].score == candidates[begin].score) {
                end++;
            }
            tied(candidates, begin, end).stream()
                    .sorted(BY_ID)
                    .filter(hit -> !query.excluded().contains(hit.id()))
                    .filter(hit -> query.after() == null || query.after().isBefore(hit))
                    .limit(query.k() - page.size())
                    .forEach(page::add);
            begin = end;
        }
        return page;
    }

    private List<Hit> tied(ScoreDoc[] candidates, int begin, int end) throws IOException {
        List<Hit> tied = new ArrayList<>(end - begin);
        for (int i = begin; i < end; i++) {
            LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(candidates[i].doc, leaves));
            tied.add(ImageReader.hit(leaf.reader(), candidates[i].doc - leaf.docBase, score(candidates[i])));
        }
        return tied;
    }

    /** The cosine: Lucene scores dot products as (1 + dot) / 2. */
    private static double score(ScoreDoc doc) {
        return 2.0 * doc.score - 1;
    }
}
