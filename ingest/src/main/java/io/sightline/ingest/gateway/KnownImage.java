package io.sightline.ingest.gateway;

import io.sightline.schemas.Sha256;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.PayloadReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the gateway remembers of an image: enough to tell whether an event would say anything new.
 *
 * @param fingerprint hash of content and tags, 64 characters
 * @param byReference whether its content lies in the payload store
 * @param partition where its newest event lies
 * @param offset where its newest event lies
 */
record KnownImage(String fingerprint, boolean byReference, int partition, long offset) {

    private static final int FINGERPRINT = 64;
    private static final byte BY_REFERENCE = 'r';

    static KnownImage of(ImageEvent event, int partition, long offset) {
        String content = switch (event.getPayload()) {
            case InlinePayload inline -> Sha256.hex(inline.getContent());
            case PayloadReference reference -> reference.getSha256();
            default -> throw new IllegalArgumentException("no such payload: " + event.getPayload());
        };
        return new KnownImage(
                fingerprint(content, event.getContentType(), event.getTags()),
                event.getPayload() instanceof PayloadReference,
                partition,
                offset);
    }

    /** Hash of all that a consumer of the event would see, but its time: the same whether it is inline or not. */
    static String fingerprint(String contentSha256, String contentType, Map<String, String> tags) {
        String all = contentSha256 + " " + contentType + " " + new TreeMap<>(tags);
        return Sha256.hex(all.getBytes(StandardCharsets.UTF_8));
    }

    /** Partition, offset, fingerprint, and one byte more if it is by reference. */
    byte[] encode() {
        byte[] text = fingerprint.getBytes(StandardCharsets.US_ASCII);
        byte[] mark = byReference ? new byte[] {BY_REFERENCE} : new byte[0];
        return ByteBuffer.allocate(Integer.BYTES + Long.BYTES + text.length + mark.length)
                .putInt(partition)
                .putLong(offset)
                .put(text)
                .put(mark)
                .array();
    }

    static KnownImage decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int partition = buffer.getInt();
        long offset = buffer.getLong();
        byte[] text = new byte[FINGERPRINT];
        buffer.get(text);
        return new KnownImage(new String(text, StandardCharsets.US_ASCII), buffer.hasRemaining(), partition, offset);
    }
}
