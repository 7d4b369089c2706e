package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoredImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Between images and JSON documents. What is filtered by lies in fields of its own; what is shown lies in one object that
 * OpenSearch keeps and does not look into.
 */
final class ImageJson {

    static final String VECTOR = "vector";
    static final String KEY = "key";
    static final String KIND = "kind";
    static final String LABEL = "label";
    static final String TAGS = "tags";
    static final String TAG_KEYS = "tagKeys";
    static final String TIME = "time";
    static final String WRITTEN = "written";
    static final String DETAILS = "details";
    static final String PARTITION = "partition";
    static final String EMBEDDING = "embedding";
    static final String LABELLED = "labelled";

    /** Kind of an image that can be found. */
    static final String IMAGE = "image";
    /** Kind of what is left of one that was deleted. */
    static final String TOMBSTONE = "tombstone";

    private static final String ID = "id";
    private static final int ROOM = 512;
    private static final int BYTES_PER_NUMBER = 12;

    private ImageJson() {}

    static byte[] of(EmbeddedImage embedded, Instant now) {
        StoredImage image = embedded.image();
        return write(ROOM + BYTES_PER_NUMBER * embedded.vector().length, json -> {
            head(json, image.id(), IMAGE, image.revision(), now);
            json.writeArrayFieldStart(VECTOR);
            for (float value : embedded.vector()) {
                json.writeNumber(value);
            }
            json.writeEndArray();
            if (image.label() != null) {
                json.writeStringField(LABEL, image.label());
            }
            json.writeArrayFieldStart(TAGS);
            for (Map.Entry<String, String> tag : image.tags().entrySet()) {
                json.writeString(FilterJson.tag(tag.getKey(), tag.getValue()));
            }
            json.writeEndArray();
            json.writeArrayFieldStart(TAG_KEYS);
            for (String key : image.tags().keySet()) {
                json.writeString(key);
            }
            json.writeEndArray();
            json.writeNumberField(TIME, image.eventTime().toEpochMilli());
            details(json, image);
        });
    }

    static byte[] tombstone(String id, Revision revision, Instant now) {
        return write(ROOM, json -> {
            head(json, id, TOMBSTONE, revision, now);
            json.writeObjectFieldStart(DETAILS);
            json.writeStringField(ID, id);
            json.writeEndObject();
        });
    }

    private static void head(JsonGenerator json, String id, String kind, Revision revision, Instant now)
            throws IOException {
        json.writeStringField(KEY, DocumentIds.of(id));
        json.writeStringField(KIND, kind);
        json.writeNumberField(PARTITION, revision.partition());
        json.writeNumberField(EMBEDDING, revision.embedding());
        json.writeNumberField(LABELLED, revision.label());
        json.writeNumberField(WRITTEN, now.toEpochMilli());
    }

    private static void details(JsonGenerator json, StoredImage image) throws IOException {
        json.writeObjectFieldStart(DETAILS);
        json.writeStringField(ID, image.id());
        json.writeStringField("version", image.version());
        // Keys may be anything, with dots or empty, so they are no names here.
        json.writeArrayFieldStart(TAGS);
        for (Map.Entry<String, String> tag : image.tags().entrySet()) {
            json.writeString(tag.getKey());
            json.writeString(tag.getValue());
        }
        json.writeEndArray();
        json.writeStringField("sha256", image.contentSha256());
        json.writeStringField("contentType", image.contentType());
        json.writeStringField("topic", image.origin().topic());
        json.writeNumberField("partition", image.origin().partition());
        json.writeNumberField("offset", image.origin().offset());
        json.writeEndObject();
    }

    /** Image id of a document. */
    static String id(JsonNode source) {
        return source.path(DETAILS).path(ID).asText();
    }

    static boolean isImage(JsonNode source) {
        return source.path(KIND).asText().equals(IMAGE);
    }

    static boolean isTombstone(JsonNode source) {
        return source.path(KIND).asText().equals(TOMBSTONE);
    }

    /** An image with its vector. */
    static EmbeddedImage image(JsonNode source) {
        JsonNode values = source.path(VECTOR);
        float[] vector = new float[values.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = values.get(i).floatValue();
        }
        return new EmbeddedImage(details(source), vector);
    }

    /** All of an image but its vector. */
    static StoredImage details(JsonNode source) {
        JsonNode details = source.path(DETAILS);
        Map<String, String> tags = new HashMap<>();
        JsonNode pairs = details.path(TAGS);
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            tags.put(pairs.get(i).asText(), pairs.get(i + 1).asText());
        }
        @Nullable String label = source.has(LABEL) ? source.get(LABEL).asText() : null;
        return new StoredImage(
                id(source),
                details.path("version").asText(),
                label,
                tags,
                details.path("sha256").asText(),
                details.path("contentType").asText(),
                Instant.ofEpochMilli(source.path(TIME).asLong()),
                origin(source),
                revision(source));
    }

    /** What an image, or a tombstone, was made of. */
    static Revision revision(JsonNode source) {
        return new Revision(
                source.path(PARTITION).asInt(),
                source.path(EMBEDDING).asLong(),
                source.path(LABELLED).asLong());
    }

    /** The event that an image was made of. */
    static StoredImage.Origin origin(JsonNode source) {
        JsonNode details = source.path(DETAILS);
        return new StoredImage.Origin(
                details.path("topic").asText(),
                details.path("partition").asInt(),
                details.path("offset").asLong());
    }

    private static byte[] write(int room, Fields fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(room);
        try (JsonGenerator json = OpenSearchConnection.JSON.getFactory().createGenerator(out)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
        return out.toByteArray();
    }

    @FunctionalInterface
    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }
}
