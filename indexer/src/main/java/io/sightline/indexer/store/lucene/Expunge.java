package io.sightline.indexer.store.lucene;

import io.sightline.indexer.store.Erased;
import io.sightline.indexer.store.StoredImage;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;

/**
 * Takes erased images off the disk. A document that was deleted stays in its segment, with its vector, and in the postings
 * of its id until the segment is merged: so those are looked at without regard to what is deleted. Thread-safe.
 */
final class Expunge {

    private final Directory directory;
    private final IndexWriter writer;
    private final ExpungingMergePolicy policy;

    Expunge(Directory directory, IndexWriter writer, ExpungingMergePolicy policy) {
        this.directory = directory;
        this.writer = writer;
        this.policy = policy;
    }

    /** Of which images there is still something, in what is searched or in the last commit. */
    Set<Erased> held(IndexReader searched, Collection<Erased> erased) throws IOException {
        Set<Erased> held = heldBy(searched, erased);
        if (DirectoryReader.indexExists(directory)) {
            held.addAll(committed(directory, erased));
        }
        return held;
    }

    /** Of which images there is still something in the last commit. */
    static Set<Erased> committed(Directory directory, Collection<Erased> erased) throws IOException {
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            return heldBy(reader, erased);
        }
    }

    /**
     * Begins to merge the segments that have something of them; once they are merged, gives their files up. Shows searches
     * nothing: what they have is given up with the next refresh.
     */
    void begin(Collection<Erased> erased) throws IOException {
        try (DirectoryReader written = DirectoryReader.open(writer)) {
            Set<String> segments = segments(written, erased);
            if (segments.isEmpty()) {
                // The segments that were merged belong to the last commit until there is another.
                writer.commit();
            } else {
                policy.condemn(segments);
                writer.forceMergeDeletes(false);
            }
        }
    }

    private static Set<Erased> heldBy(IndexReader reader, Collection<Erased> erased) throws IOException {
        Set<Erased> held = new HashSet<>();
        for (LeafReaderContext leaf : reader.leaves()) {
            held.addAll(heldBy(leaf.reader(), erased));
        }
        return held;
    }

    private static Set<String> segments(IndexReader reader, Collection<Erased> erased) throws IOException {
        Set<String> names = new HashSet<>();
        for (LeafReaderContext leaf : reader.leaves()) {
            if (leaf.reader() instanceof SegmentReader segment
                    && !heldBy(segment, erased).isEmpty()) {
                names.add(segment.getSegmentName());
            }
        }
        return names;
    }

    private static Set<Erased> heldBy(LeafReader leaf, Collection<Erased> erased) throws IOException {
        Set<Erased> held = new HashSet<>();
        Terms ids = leaf.terms(ImageDocuments.ID);
        if (ids == null) {
            return held;
        }
        TermsEnum terms = ids.iterator();
        for (Erased one : erased) {
            if (terms.seekExact(new BytesRef(one.id())) && isHeld(leaf, terms, one)) {
                held.add(one);
            }
        }
        return held;
    }

    private static boolean isHeld(LeafReader leaf, TermsEnum term, Erased erased) throws IOException {
        PostingsEnum documents = term.postings(null, PostingsEnum.NONE);
        while (documents.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
            int doc = documents.docID();
            if (!ImageReader.isTombstone(leaf, doc)) {
                StoredImage.Origin origin = ImageReader.origin(leaf, doc);
                if (erased.covers(origin)) {
                    return true;
                }
            }
        }
        return false;
    }
}
