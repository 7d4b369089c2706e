package io.sightline.indexer.store.lucene;

import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Erased;
import io.sightline.indexer.store.ImageVisitor;
import io.sightline.indexer.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/** Reads all of an index from disk, as of its last commit, whether or not a service has it open. */
public final class IndexScan {

    private IndexScan() {}

    /**
     * Gives every image to the consumer, in no particular order.
     *
     * @throws StoreException if the index is missing or damaged
     */
    public static void forEach(Path path, Consumer<EmbeddedImage> consumer) {
        try (Directory directory = FSDirectory.open(path);
                DirectoryReader reader = DirectoryReader.open(directory)) {
            for (LeafReaderContext leaf : reader.leaves()) {
                read(leaf.reader(), consumer);
            }
        } catch (IOException e) {
            throw new StoreException("the index in " + path + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Shows the live documents of a segment. */
    static void visit(LeafReader reader, ImageVisitor visitor) throws IOException {
        Bits live = reader.getLiveDocs();
        for (int doc = 0; doc < reader.maxDoc(); doc++) {
            if ((live == null || live.get(doc)) && !ImageReader.isTombstone(reader, doc)) {
                visitor.image(ImageReader.details(reader, doc));
            }
        }
        // A tombstone keeps its id nowhere but in the terms.
        Terms ids = reader.terms(ImageDocuments.ID);
        if (ids == null) {
            return;
        }
        TermsEnum id = ids.iterator();
        PostingsEnum documents = null;
        for (BytesRef term = id.next(); term != null; term = id.next()) {
            documents = id.postings(documents, PostingsEnum.NONE);
            for (int doc = documents.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = documents.nextDoc()) {
                if ((live == null || live.get(doc)) && ImageReader.isTombstone(reader, doc)) {
                    visitor.tombstone(term.utf8ToString());
                }
            }
        }
    }

    /** Images of each label; one that only deleted documents have is not there. A label too long for a term is not either. */
    static Map<String, Long> labels(IndexSearcher searcher) throws IOException {
        Map<String, Long> labels = new TreeMap<>();
        Terms terms = MultiTerms.getTerms(searcher.getIndexReader(), ImageDocuments.LABEL);
        if (terms == null) {
            return labels;
        }
        TermsEnum label = terms.iterator();
        for (BytesRef term = label.next(); term != null; term = label.next()) {
            int images = searcher.count(new TermQuery(new Term(ImageDocuments.LABEL, BytesRef.deepCopyOf(term))));
            if (images > 0) {
                labels.put(term.utf8ToString(), (long) images);
            }
        }
        return labels;
    }

    /**
     * Of which erased images there is still something on disk, also where it can no longer be found. An index that has just
     * been begun has nothing.
     *
     * @throws StoreException if the index is damaged
     */
    public static Set<Erased> held(Path path, Collection<Erased> erased) {
        try (Directory directory = FSDirectory.open(path)) {
            return DirectoryReader.indexExists(directory) ? Expunge.committed(directory, erased) : Set.of();
        } catch (IOException e) {
            throw new StoreException("the index in " + path + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void read(LeafReader reader, Consumer<EmbeddedImage> consumer) throws IOException {
        Bits live = reader.getLiveDocs();
        for (int doc = 0; doc < reader.maxDoc(); doc++) {
            if ((live == null || live.get(doc)) && !ImageReader.isTombstone(reader, doc)) {
                consumer.accept(ImageReader.image(reader, doc));
            }
        }
    }
}
