package io.sightline.indexer.store.lucene;

import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Hit;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoredImage;
import java.io.IOException;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.util.BytesRef;

/** Reads documents of one segment back. Documents may be asked for in any order. */
final class ImageReader {

    private ImageReader() {}

    /** Reads documents of one segment as neighbours, in the order in which they are stored. */
    static final class Hits {

        private final LeafReader reader;
        private final BinaryDocValues images;

        Hits(LeafReader reader) throws IOException {
            this.reader = reader;
            this.images = DocValues.getBinary(reader, ImageDocuments.IMAGE);
        }

        /** A document behind the one before; what it shows is copied, so the reader may go. */
        Hit hit(int doc, double score) throws IOException {
            if (!images.advanceExact(doc)) {
                throw new IllegalStateException("document " + doc + " of " + reader + " has no image");
            }
            BytesRef packed = BytesRef.deepCopyOf(images.binaryValue());
            return new Hit(ImageDocuments.packedId(packed), score, () -> ImageDocuments.unpacked(packed));
        }
    }

    /** A document that is not a tombstone. */
    static EmbeddedImage image(LeafReader reader, int doc) throws IOException {
        FloatVectorValues vectors = reader.getFloatVectorValues(ImageDocuments.VECTOR);
        if (vectors == null) {
            throw new IllegalStateException("document " + doc + " of " + reader + " has no vector");
        }
        KnnVectorValues.DocIndexIterator iterator = vectors.iterator();
        if (iterator.advance(doc) != doc) {
            throw new IllegalStateException("document " + doc + " of " + reader + " has no vector");
        }
        float[] vector = vectors.vectorValue(iterator.index()).clone();
        return new EmbeddedImage(details(reader, doc), vector);
    }

    /** All of a document that is not a tombstone but its vector. */
    static StoredImage details(LeafReader reader, int doc) throws IOException {
        return ImageDocuments.unpacked(packed(reader, doc));
    }

    static boolean isTombstone(LeafReader reader, int doc) throws IOException {
        return !DocValues.getBinary(reader, ImageDocuments.IMAGE).advanceExact(doc);
    }

    /** The event that a document, which is not a tombstone, was made of. */
    static StoredImage.Origin origin(LeafReader reader, int doc) throws IOException {
        return ImageDocuments.unpacked(packed(reader, doc)).origin();
    }

    static Revision revision(LeafReader reader, int doc) throws IOException {
        return new Revision(
                (int) number(reader, ImageDocuments.PARTITION, doc),
                number(reader, ImageDocuments.EMBEDDING, doc),
                number(reader, ImageDocuments.LABELLED, doc));
    }

    private static BytesRef packed(LeafReader reader, int doc) throws IOException {
        BinaryDocValues values = DocValues.getBinary(reader, ImageDocuments.IMAGE);
        if (!values.advanceExact(doc)) {
            throw new IllegalStateException("document " + doc + " of " + reader + " has no image");
        }
        return BytesRef.deepCopyOf(values.binaryValue());
    }

    private static long number(LeafReader reader, String field, int doc) throws IOException {
        NumericDocValues values = DocValues.getNumeric(reader, field);
        if (!values.advanceExact(doc)) {
            throw new IllegalStateException("document " + doc + " of " + reader + " has no " + field);
        }
        return values.longValue();
    }
}
