package io.sightline.indexer.store.lucene;

import io.sightline.indexer.store.StoredImage;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.UnicodeUtil;
import org.jspecify.annotations.Nullable;

/** Between images and Lucene documents. */
final class ImageDocuments {

    static final String ID = "id";
    static final String VECTOR = "vector";
    static final String LABEL = "label";
    static final String TAG = "tag";
    private static final String VERSION = "version";
    private static final String SHA256 = "sha256";
    private static final String CONTENT_TYPE = "contentType";
    private static final String TIME = "time";
    private static final String TOPIC = "topic";
    private static final String PARTITION = "partition";
    private static final String OFFSET = "offset";
    /** Cannot occur in a key, so no key and value can be read as another pair. */
    private static final char SEPARATOR = '\u0000';

    private ImageDocuments() {}

    static Document of(StoredImage image) {
        Document document = new Document();
        document.add(new StringField(ID, image.id(), Field.Store.YES));
        document.add(new KnnFloatVectorField(VECTOR, image.vector(), VectorSimilarityFunction.DOT_PRODUCT));
        if (image.label() != null) {
            document.add(term(LABEL, image.label()));
        }
        image.tags().forEach((key, value) -> document.add(term(TAG, tag(key, value))));
        document.add(new LongField(TIME, image.eventTime().toEpochMilli(), Field.Store.YES));
        document.add(new StoredField(VERSION, image.version()));
        document.add(new StoredField(SHA256, image.contentSha256()));
        document.add(new StoredField(CONTENT_TYPE, image.contentType()));
        document.add(new StoredField(TOPIC, image.origin().topic()));
        document.add(new StoredField(PARTITION, image.origin().partition()));
        document.add(new StoredField(OFFSET, image.origin().offset()));
        return document;
    }

    /** A term that can be filtered by; one that is too long for Lucene is kept, but found by no filter. */
    private static Field term(String name, String text) {
        return UnicodeUtil.calcUTF16toUTF8Length(text, 0, text.length()) > IndexWriter.MAX_TERM_LENGTH
                ? new StoredField(name, text)
                : new StringField(name, text, Field.Store.YES);
    }

    static StoredImage image(Document document, float[] vector) {
        Map<String, String> tags = new TreeMap<>();
        for (String pair : document.getValues(TAG)) {
            int end = pair.indexOf(SEPARATOR);
            tags.put(pair.substring(0, end), pair.substring(end + 1));
        }
        return new StoredImage(
                document.get(ID),
                document.get(VERSION),
                vector,
                label(document),
                tags,
                document.get(SHA256),
                document.get(CONTENT_TYPE),
                Instant.ofEpochMilli(number(document, TIME)),
                new StoredImage.Origin(
                        document.get(TOPIC), (int) number(document, PARTITION), number(document, OFFSET)));
    }

    static String tag(String key, String value) {
        return key + SEPARATOR + value;
    }

    private static @Nullable String label(Document document) {
        return document.get(LABEL);
    }

    private static long number(Document document, String field) {
        IndexableField value = document.getField(field);
        return value.numericValue().longValue();
    }
}
