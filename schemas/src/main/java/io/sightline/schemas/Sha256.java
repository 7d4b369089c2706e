package io.sightline.schemas;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The content hash that names images and artifacts. */
public final class Sha256 {

    private Sha256() {}

    /** Lower-case hex SHA-256, 64 characters. */
    public static String hex(byte[] content) {
        return hex(ByteBuffer.wrap(content));
    }

    /** Lower-case hex SHA-256 of the remaining bytes; the buffer is left as it was. */
    public static String hex(ByteBuffer content) {
        MessageDigest digest = digest();
        digest.update(content.duplicate());
        return HexFormat.of().formatHex(digest.digest());
    }

    /** A digest, for content that comes in parts. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
