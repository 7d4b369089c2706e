package io.sightline.indexer.search;

import io.sightline.indexer.store.Filter;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Tells queries apart by all that decides on the order of their hits, so that a cursor is not used for another one. The
 * size of a page and ef may change from page to page.
 */
final class QueryFingerprint {

    private QueryFingerprint() {}

    /**
     * Of a query, 64 bits of a SHA-256.
     *
     * @param vector it was searched with: that of an image searched by id changes with its content
     */
    static long of(SearchRequest request, float[] vector, Filter filter) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeBoolean(request.image() != null);
            if (request.image() != null) {
                // Not its vector, whose last bits may depend on the machine.
                write(out, request.image());
            } else {
                write(out, request.id() == null ? List.of() : List.of(request.id()));
                for (float component : vector) {
                    out.writeFloat(component);
                }
            }
            out.writeBoolean(request.includeSelf());
            out.writeInt(request.mostPerLabel());
            write(out, filter);
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
        return ByteBuffer.wrap(sha256().digest(bytes.toByteArray())).getLong();
    }

    private static void write(DataOutputStream out, Filter filter) throws IOException {
        write(out, new TreeSet<>(filter.labels()));
        Map<String, Filter.TagRule> tags = new TreeMap<>(filter.tags());
        out.writeInt(tags.size());
        for (Map.Entry<String, Filter.TagRule> tag : tags.entrySet()) {
            write(out, List.of(tag.getKey()));
            switch (tag.getValue()) {
                case Filter.OneOf oneOf -> write(out, new TreeSet<>(oneOf.values()));
                case Filter.Exists exists -> out.writeInt(exists.wanted() ? -1 : -2);
            }
        }
        write(out, filter.from());
        write(out, filter.before());
    }

    private static void write(DataOutputStream out, @Nullable Instant time) throws IOException {
        out.writeLong(time == null ? Long.MIN_VALUE : time.toEpochMilli());
    }

    private static void write(DataOutputStream out, Collection<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            write(out, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
