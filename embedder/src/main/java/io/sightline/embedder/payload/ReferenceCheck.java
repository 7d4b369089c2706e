package io.sightline.embedder.payload;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.PayloadReference;
import java.util.regex.Pattern;

/** What a reference must look like, and whether a content is the one that it means. */
final class ReferenceCheck {

    /** The largest array that every Java platform has. */
    static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern USER_INFO = Pattern.compile("//[^/?#]*@");
    private static final int SHOWN = 200;

    private ReferenceCheck() {}

    /**
     * Checks a reference before anything is read.
     *
     * @param maxBytes the largest payload that is read
     * @throws RejectedImageException with reason MALFORMED or OVERSIZE
     */
    static void requireWellFormed(PayloadReference reference, long maxBytes) throws RejectedImageException {
        if (!SHA256.matcher(reference.getSha256()).matches()) {
            throw new RejectedImageException(
                    DeadLetterReason.MALFORMED,
                    "the event's reference to " + shown(reference.getUri())
                            + " has no SHA-256 of 64 lower-case hex digits; send the event with one");
        }
        if (reference.getSize() < 0) {
            throw new RejectedImageException(
                    DeadLetterReason.MALFORMED,
                    "the event says that " + shown(reference.getUri()) + " has " + reference.getSize() + " bytes");
        }
        if (reference.getSize() > maxBytes) {
            throw new RejectedImageException(
                    DeadLetterReason.OVERSIZE,
                    "the event says that " + shown(reference.getUri()) + " has " + reference.getSize()
                            + " bytes; at most " + maxBytes + " are accepted");
        }
    }

    /**
     * Checks what was read.
     *
     * @return the content
     * @throws RejectedImageException with reason HASH_MISMATCH
     */
    static byte[] verified(byte[] content, PayloadReference reference) throws RejectedImageException {
        if (content.length != reference.getSize()) {
            throw mismatch(reference, "does not have the " + reference.getSize() + " bytes that the event says");
        }
        if (!Sha256.hex(content).equals(reference.getSha256())) {
            throw mismatch(reference, "does not have the SHA-256 that the event says, " + reference.getSha256());
        }
        return content;
    }

    /** An address fit for a log: short, printable, and without user info and query, which may hold secrets. */
    static String shown(String uri) {
        int query = uri.indexOf('?');
        String bare =
                USER_INFO.matcher(query < 0 ? uri : uri.substring(0, query)).replaceFirst("//");
        String cut = bare.length() > SHOWN ? bare.substring(0, SHOWN) + ".." : bare;
        return "'" + cut.replaceAll("[^\\x21-\\x7e]", "?") + "'";
    }

    private static RejectedImageException mismatch(PayloadReference reference, String how) {
        return new RejectedImageException(
                DeadLetterReason.HASH_MISMATCH,
                shown(reference.getUri()) + " " + how + ": it was altered or cut short; send the image again");
    }
}
