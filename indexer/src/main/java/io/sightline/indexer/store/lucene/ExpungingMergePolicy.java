package io.sightline.indexer.store.lucene;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.lucene.index.FilterMergePolicy;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.TieredMergePolicy;
import org.jspecify.annotations.Nullable;

/**
 * Merges as Lucene does, and on {@code forceMergeDeletes} writes exactly the named segments anew, each by itself, without
 * what was deleted in them: Lucene's own choice goes by the share of deleted documents, which is nothing to an erasure.
 * Thread-safe.
 */
final class ExpungingMergePolicy extends FilterMergePolicy {

    private volatile Set<String> condemned = Set.of();

    ExpungingMergePolicy() {
        super(new TieredMergePolicy());
    }

    /** What the next {@code forceMergeDeletes} is about. */
    void condemn(Set<String> segments) {
        condemned = Set.copyOf(segments);
    }

    @Override
    public MergePolicy.@Nullable MergeSpecification findForcedDeletesMerges(SegmentInfos infos, MergeContext context)
            throws IOException {
        Set<String> names = condemned;
        List<SegmentCommitInfo> chosen = StreamSupport.stream(infos.spliterator(), false)
                .filter(segment -> names.contains(segment.info.name))
                .filter(segment -> !context.getMergingSegments().contains(segment))
                .toList();
        if (chosen.isEmpty()) {
            return null;
        }
        MergeSpecification merges = new MergeSpecification();
        chosen.forEach(segment -> merges.add(new OneMerge(List.of(segment))));
        return merges;
    }
}
