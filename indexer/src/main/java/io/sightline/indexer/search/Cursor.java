package io.sightline.indexer.search;

import io.sightline.http.ApiException;
import io.sightline.indexer.store.NearestQuery.After;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Where a page of an answer ended, for the client to send back as {@code after}. It holds for the version that answered,
 * the version that embedded the query, and the query. Opaque to clients: base64url of its fields and a checksum. Immutable.
 *
 * @param version whose index answered
 * @param mappedFrom the compatible version that embedded the query; null if the one that answered did
 * @param query fingerprint of the query, see {@link QueryFingerprint}
 * @param after the last hit
 */
record Cursor(String version, @Nullable String mappedFrom, long query, After after) {

    /** Of what is written, so that a later format is told apart. */
    private static final int FORMAT = 1;

    private static final int MOST_CHARACTERS = 64 * 1024;

    /**
     * Reads what {@link #text()} wrote.
     *
     * @throws ApiException 400 {@code bad-cursor}
     */
    static Cursor parse(String text) {
        if (text.length() > MOST_CHARACTERS) {
            throw bad();
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw bad();
        }
        int length = bytes.length - Integer.BYTES;
        if (length < 1) {
            throw bad();
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int format = in.readUnsignedByte();
            Cursor cursor = new Cursor(
                    in.readUTF(),
                    in.readBoolean() ? in.readUTF() : null,
                    in.readLong(),
                    new After(in.readDouble(), in.readUTF(), in.readInt()));
            boolean isWhole = in.readInt() == checksum(bytes, length) && in.available() == 0;
            if (format != FORMAT || !isWhole || !isPossible(cursor.after)) {
                throw bad();
            }
            return cursor;
        } catch (IOException e) {
            throw bad();
        }
    }

    /** What clients are given. */
    String text() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            out.writeUTF(version);
            out.writeBoolean(mappedFrom != null);
            if (mappedFrom != null) {
                out.writeUTF(mappedFrom);
            }
            out.writeLong(query);
            out.writeDouble(after.score());
            out.writeUTF(after.id());
            out.writeInt(after.seen());
            out.writeInt(checksum(bytes.toByteArray(), bytes.size()));
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }

    /**
     * Checks that the page after this one can come from who answers now.
     *
     * @param answering whose index answers now
     * @param mapped the compatible version that embedded the query now, or null
     * @throws ApiException 409 {@code cursor-of-another-version} naming both versions
     */
    void requireVersions(String answering, @Nullable String mapped) {
        if (!version.equals(answering) || !String.valueOf(mappedFrom).equals(String.valueOf(mapped))) {
            throw new ApiException(
                    409,
                    "cursor-of-another-version",
                    "the cursor is of " + named(version, mappedFrom) + " but " + named(answering, mapped)
                            + " answers now, with another order: begin again without 'after'");
        }
    }

    /**
     * Checks that the page after this one is asked for by the same query.
     *
     * @throws ApiException 400 {@code cursor-of-another-query}
     */
    void requireQuery(long fingerprint) {
        if (query != fingerprint) {
            throw new ApiException(
                    400,
                    "cursor-of-another-query",
                    "the cursor is of another query: send the same image, id or vector, filter, includeSelf and"
                            + " diversify as for the page before, or begin again without 'after'. It also ends when the"
                            + " image that is searched by id gets new content");
        }
    }

    /** Deeper than that no page goes; it would cost too much. */
    private static boolean isPossible(After after) {
        return !Double.isNaN(after.score()) && after.seen() > 0 && after.seen() < SearchRequest.MAX_EF;
    }

    private static String named(String version, @Nullable String mappedFrom) {
        return mappedFrom == null ? version : version + " with queries embedded by " + mappedFrom;
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(Arrays.copyOf(bytes, length));
        return (int) crc.getValue();
    }

    private static ApiException bad() {
        return new ApiException(
                400, "bad-cursor", "'after' is no cursor of this API: send the 'next' of an answer as it is");
    }
}
