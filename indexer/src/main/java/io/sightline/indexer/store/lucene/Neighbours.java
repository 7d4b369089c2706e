package io.sightline.indexer.store.lucene;

import io.sightline.indexer.store.Hit;
import io.sightline.indexer.store.Nearest;
import io.sightline.indexer.store.NearestQuery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
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

    private Neighbours(IndexSearcher searcher, NearestQuery query) {
        this.searcher = searcher;
        this.leaves = searcher.getIndexReader().leaves();
        this.query = query;
    }

    static Nearest find(IndexSearcher searcher, NearestQuery query) throws IOException {
        return new Neighbours(searcher, query).find(ImageDocuments.query(query.filter()));
    }

    private Nearest find(@Nullable Query filter) throws IOException {
        int most = Math.max(1, searcher.getIndexReader().maxDoc());
        for (int candidates = query.candidates(); ; candidates *= 2) {
            Query knn = new KnnFloatVectorQuery(ImageDocuments.VECTOR, query.vector(), candidates, filter);
            ScoreDoc[] found = searcher.search(knn, Math.min(candidates, most)).scoreDocs;
            List<Hit> page = page(found);
            if (found.length < candidates || candidates >= most || isWhole(page, found)) {
                return new Nearest(page, new Nearest.Trace(KIND, candidates, found.length, leaves.size()));
            }
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
