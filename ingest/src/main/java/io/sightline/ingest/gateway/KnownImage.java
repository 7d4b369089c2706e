package io.sightline.ingest.gateway;

import io.sightline.schemas.Sha256;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.PayloadReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the gateway remembers of an image: enough to tell whether an event would say anything new.
 *
 * @param fingerprint hash of content and tags, 64 characters
 * @param byReference whether its content lies in the payload store
 * @param partition where its newest event lies
 * @param offset where its newest event lies
 * @param contents SHA-256 of its content, and behind it of those that it had before: all of them go when it is erased
 */
record KnownImage(String fingerprint, boolean byReference, int partition, long offset, List<String> contents) {

    private static final int HASH = 64;
    private static final int MOST_CONTENTS = 100;
    private static final byte INLINE = 'i';
    private static final byte BY_REFERENCE = 'r';

    static KnownImage of(ImageEvent event, int partition, long offset) {
        String content = switch (event.getPayload()) {
            case InlinePayload inline -> Sha256.hex(inline.getContent());
            case PayloadReference reference -> hashed(reference.getSha256());
            default -> throw new IllegalArgumentException("no such payload: " + event.getPayload());
        };
        return new KnownImage(
                fingerprint(content, event.getContentType(), event.getTags()),
                event.getPayload() instanceof PayloadReference,
                partition,
                offset,
                List.of(content));
    }

    /** Other producers may write anything there; such an image has no payload that could be read. */
    private static String hashed(String sha256) {
        return sha256.matches("[0-9a-f]{64}") ? sha256 : Sha256.hex(sha256.getBytes(StandardCharsets.UTF_8));
    }

    /** SHA-256 of its content now. */
    String content() {
        return contents.getFirst();
    }

    /** The same, with what it had before. */
    KnownImage after(KnownImage earlier) {
        Set<String> all = new LinkedHashSet<>(contents);
        all.addAll(earlier.contents);
        return new KnownImage(
                fingerprint,
                byReference,
                partition,
                offset,
                all.stream().limit(MOST_CONTENTS).toList());
    }

    /** Hash of all that a consumer of the event would see, but its time: the same whether it is inline or not. */
    static String fingerprint(String contentSha256, String contentType, Map<String, String> tags) {
        String all = contentSha256 + " " + contentType + " " + new TreeMap<>(tags);
        return Sha256.hex(all.getBytes(StandardCharsets.UTF_8));
    }

    /** Partition, offset, a byte that says whether it is by reference, fingerprint, contents. */
    byte[] encode() {
        ByteBuffer buffer = ByteBuffer.allocate(Integer.BYTES + Long.BYTES + 1 + HASH * (1 + contents.size()))
                .putInt(partition)
                .putLong(offset)
                .put(byReference ? BY_REFERENCE : INLINE)
                .put(fingerprint.getBytes(StandardCharsets.US_ASCII));
        contents.forEach(content -> buffer.put(content.getBytes(StandardCharsets.US_ASCII)));
        return buffer.array();
    }

    static KnownImage decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int partition = buffer.getInt();
        long offset = buffer.getLong();
        boolean byReference = buffer.get() == BY_REFERENCE;
        String fingerprint = hash(buffer);
        List<String> contents = new ArrayList<>();
        while (buffer.hasRemaining()) {
            contents.add(hash(buffer));
        }
        return new KnownImage(fingerprint, byReference, partition, offset, List.copyOf(contents));
    }

    private static String hash(ByteBuffer buffer) {
        byte[] text = new byte[HASH];
        buffer.get(text);
        return new String(text, StandardCharsets.US_ASCII);
    }
}
