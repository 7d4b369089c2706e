package io.sightline.indexer.store.lucene;

import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Filter;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoredImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.UnicodeUtil;
import org.jspecify.annotations.Nullable;

/**
 * Between images and Lucene documents. What is filtered by is indexed as terms; what is shown is packed into one value
 * of the document, the id first, so that a hit costs one read.
 */
final class ImageDocuments {

    static final String ID = "id";
    static final String VECTOR = "vector";
    static final String IMAGE = "image";
    static final String PARTITION = "partition";
    static final String EMBEDDING = "embedding";
    static final String LABELLED = "labelled";
    static final String LABEL = "label";
    /** Only in tombstones. */
    static final String GONE = "gone";

    private static final String TAG = "tag";
    private static final String TAG_KEY = "tagKey";
    private static final String TIME = "time";
    private static final String GONE_AT = "goneAt";
    /** Cannot occur in a key, so no key and value can be read as another pair. */
    private static final char SEPARATOR = '\u0000';

    private ImageDocuments() {}

    static Term id(String id) {
        return new Term(ID, id);
    }

    static Document of(EmbeddedImage embedded) {
        StoredImage image = embedded.image();
        Document document = identified(image.id(), image.revision());
        document.add(new KnnFloatVectorField(VECTOR, embedded.vector(), VectorSimilarityFunction.DOT_PRODUCT));
        if (image.label() != null) {
            addTerm(document, LABEL, image.label());
        }
        image.tags().forEach((key, value) -> {
            addTerm(document, TAG, tag(key, value));
            addTerm(document, TAG_KEY, key);
        });
        document.add(new LongField(TIME, image.eventTime().toEpochMilli(), Field.Store.NO));
        document.add(new BinaryDocValuesField(IMAGE, packed(image)));
        return document;
    }

    /** What is left of an image that was deleted. */
    static Document tombstone(String id, Revision revision, Instant now) {
        Document document = identified(id, revision);
        document.add(new StringField(GONE, GONE, Field.Store.NO));
        document.add(new LongField(GONE_AT, now.toEpochMilli(), Field.Store.NO));
        return document;
    }

    private static Document identified(String id, Revision revision) {
        Document document = new Document();
        document.add(new StringField(ID, id, Field.Store.NO));
        document.add(new NumericDocValuesField(PARTITION, revision.partition()));
        document.add(new NumericDocValuesField(EMBEDDING, revision.embedding()));
        document.add(new NumericDocValuesField(LABELLED, revision.label()));
        return document;
    }

    /** A term that can be filtered by; one that is too long for Lucene is found by no filter. */
    private static void addTerm(Document document, String name, String text) {
        if (UnicodeUtil.calcUTF16toUTF8Length(text, 0, text.length()) <= IndexWriter.MAX_TERM_LENGTH) {
            document.add(new StringField(name, text, Field.Store.NO));
        }
    }

    private static BytesRef packed(StoredImage image) {
        try {
            ByteBuffersDataOutput out = new ByteBuffersDataOutput();
            out.writeString(image.id());
            out.writeString(image.version());
            out.writeByte((byte) (image.label() == null ? 0 : 1));
            if (image.label() != null) {
                out.writeString(image.label());
            }
            out.writeMapOfStrings(image.tags());
            out.writeString(image.contentSha256());
            out.writeString(image.contentType());
            out.writeLong(image.eventTime().toEpochMilli());
            out.writeString(image.origin().topic());
            out.writeVInt(image.origin().partition());
            out.writeVLong(image.origin().offset());
            out.writeVInt(image.revision().partition());
            out.writeVLong(image.revision().embedding());
            out.writeVLong(image.revision().label());
            return new BytesRef(out.toArrayCopy());
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
    }

    /** The id in a packed image. */
    static String packedId(BytesRef packed) throws IOException {
        return new ByteArrayDataInput(packed.bytes, packed.offset, packed.length).readString();
    }

    static StoredImage unpacked(BytesRef packed) {
        try {
            ByteArrayDataInput in = new ByteArrayDataInput(packed.bytes, packed.offset, packed.length);
            String id = in.readString();
            String version = in.readString();
            @Nullable String label = in.readByte() == 0 ? null : in.readString();
            Map<String, String> tags = in.readMapOfStrings();
            return new StoredImage(
                    id,
                    version,
                    label,
                    tags,
                    in.readString(),
                    in.readString(),
                    Instant.ofEpochMilli(in.readLong()),
                    new StoredImage.Origin(in.readString(), in.readVInt(), in.readVLong()),
                    new Revision(in.readVInt(), in.readVLong(), in.readVLong()));
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be read", e);
        }
    }

    /** Null for a filter that everything passes. */
    static @Nullable Query query(Filter filter) {
        if (filter.isEmpty()) {
            return null;
        }
        BooleanQuery.Builder query = new BooleanQuery.Builder();
        if (!filter.labels().isEmpty()) {
            query.add(oneOf(LABEL, filter.labels()), BooleanClause.Occur.FILTER);
        }
        boolean anyRequired = !filter.labels().isEmpty();
        for (Map.Entry<String, Filter.TagRule> rule : filter.tags().entrySet()) {
            String key = rule.getKey();
            switch (rule.getValue()) {
                case Filter.OneOf one -> {
                    query.add(
                            oneOf(
                                    TAG,
                                    one.values().stream()
                                            .map(value -> tag(key, value))
                                            .toList()),
                            BooleanClause.Occur.FILTER);
                    anyRequired = true;
                }
                case Filter.Exists exists -> {
                    query.add(
                            new TermQuery(new Term(TAG_KEY, key)),
                            exists.wanted() ? BooleanClause.Occur.FILTER : BooleanClause.Occur.MUST_NOT);
                    anyRequired |= exists.wanted();
                }
            }
        }
        if (filter.from() != null || filter.before() != null) {
            long from = filter.from() == null ? Long.MIN_VALUE : filter.from().toEpochMilli();
            long last =
                    filter.before() == null ? Long.MAX_VALUE : filter.before().toEpochMilli() - 1;
            query.add(LongField.newRangeQuery(TIME, from, last), BooleanClause.Occur.FILTER);
            anyRequired = true;
        }
        if (!anyRequired) {
            // To Lucene a query that only excludes finds nothing.
            query.add(MatchAllDocsQuery.INSTANCE, BooleanClause.Occur.FILTER);
        }
        return query.build();
    }

    /** Tombstones that were written before a moment. */
    static Query goneBefore(Instant moment) {
        return LongField.newRangeQuery(GONE_AT, Long.MIN_VALUE, moment.toEpochMilli() - 1);
    }

    private static Query oneOf(String field, Collection<String> texts) {
        return new TermInSetQuery(field, texts.stream().map(BytesRef::new).toList());
    }

    private static String tag(String key, String value) {
        return key + SEPARATOR + value;
    }
}
