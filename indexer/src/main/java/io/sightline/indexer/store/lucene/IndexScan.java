package io.sightline.indexer.store.lucene;

import io.sightline.indexer.store.StoreException;
import io.sightline.indexer.store.StoredImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Bits;

/** Reads all of an index from disk, as of its last commit, whether or not a service has it open. */
public final class IndexScan {

    private IndexScan() {}

    /**
     * Gives every image to the consumer, in no particular order.
     *
     * @throws StoreException if the index is missing or damaged
     */
    public static void forEach(Path path, Consumer<StoredImage> consumer) {
        try (Directory directory = FSDirectory.open(path);
                DirectoryReader reader = DirectoryReader.open(directory)) {
            for (LeafReaderContext leaf : reader.leaves()) {
                Bits live = leaf.reader().getLiveDocs();
                FloatVectorValues vectors = leaf.reader().getFloatVectorValues(ImageDocuments.VECTOR);
                if (vectors == null) {
                    continue;
                }
                KnnVectorValues.DocIndexIterator documents = vectors.iterator();
                for (int doc = documents.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = documents.nextDoc()) {
                    if (live == null || live.get(doc)) {
                        float[] vector = vectors.vectorValue(documents.index()).clone();
                        consumer.accept(ImageDocuments.image(
                                leaf.reader().storedFields().document(doc), vector));
                    }
                }
            }
        } catch (IOException e) {
            throw new StoreException("the index in " + path + " cannot be read: " + e.getMessage(), e);
        }
    }
}
