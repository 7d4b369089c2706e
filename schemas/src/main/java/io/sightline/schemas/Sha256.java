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
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(content.duplicate());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
