package io.sightline.indexer.store.opensearch;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Ids of documents: OpenSearch takes 512 bytes of UTF-8. A longer image id is replaced by its hash; the first character
 * tells one from the other, and both from {@linkplain IndexState what is no image}. The image id itself is in the document.
 */
final class DocumentIds {

    private static final int MOST_BYTES = 512;
    private static final String WHOLE = "=";
    private static final String HASHED = "#";

    private DocumentIds() {}

    static String of(String imageId) {
        byte[] bytes = imageId.getBytes(StandardCharsets.UTF_8);
        return bytes.length < MOST_BYTES ? WHOLE + imageId : HASHED + sha256(bytes);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
