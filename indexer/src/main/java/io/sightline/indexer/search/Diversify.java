package io.sightline.indexer.search;

import io.sightline.http.ApiException;
import io.sightline.indexer.store.Hit;
import io.sightline.indexer.store.Nearest;
import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.VectorStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * At most so many neighbours of each label, over all pages of an answer together; each image without a label is a group
 * of its own. Immutable.
 *
 * <p>Of each group the best are taken. If that leaves too few of the candidates, twice as many are looked at, up to
 * {@value SearchRequest#MAX_EF}: a page may be short if there are hardly any other labels among so many.
 *
 * @param by what makes a group, {@code label}, which is the default
 * @param most neighbours of a group, 1 by default
 */
record Diversify(@Nullable String by, @Nullable Integer most) {

    private static final String LABEL = "label";
    private static final int MOST_OF_A_GROUP = SearchRequest.MAX_K;

    /**
     * How many of a label.
     *
     * @throws ApiException 400 {@code bad-diversify}
     */
    int mostPerLabel() {
        if (by != null && !by.equals(LABEL)) {
            throw new ApiException(
                    400, "bad-diversify", "it can be diversified by '" + LABEL + "', not by '" + by + "'");
        }
        int wanted = most == null ? 1 : most;
        if (wanted < 1 || wanted > MOST_OF_A_GROUP) {
            throw new ApiException(
                    400, "bad-diversify", "diversify.most must be 1 to " + MOST_OF_A_GROUP + ", not " + wanted);
        }
        return wanted;
    }

    /** A page of the answer to a query. */
    static Nearest search(VectorStore store, NearestQuery query, int mostPerLabel) {
        for (int candidates = Math.min(query.candidates(), SearchRequest.MAX_EF); ; candidates *= 2) {
            int wanted = Math.min(candidates, SearchRequest.MAX_EF);
            // What was on the pages before counts too, so all is ranked again from the top.
            Nearest all = store.search(
                    new NearestQuery(query.vector(), wanted, wanted, query.filter(), query.excluded(), null));
            List<Hit> page = page(all.hits(), query, mostPerLabel);
            if (page.size() == query.k() || all.hits().size() < wanted || wanted == SearchRequest.MAX_EF) {
                return new Nearest(page, all.trace());
            }
        }
    }

    private static List<Hit> page(List<Hit> ranked, NearestQuery query, int mostPerLabel) {
        Map<String, Integer> taken = new HashMap<>();
        List<Hit> page = new ArrayList<>(query.k());
        for (Hit hit : ranked) {
            String label = hit.image().label();
            boolean fits = label == null || taken.merge(label, 1, Integer::sum) <= mostPerLabel;
            if (fits && (query.after() == null || query.after().isBefore(hit))) {
                page.add(hit);
                if (page.size() == query.k()) {
                    break;
                }
            }
        }
        return page;
    }
}
