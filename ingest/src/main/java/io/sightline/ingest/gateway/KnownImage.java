package io.sightline.ingest.gateway;

import io.sightline.schemas.Sha256;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.PayloadReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;

/**
 * What the gateway remembers of an image: enough to tell whether an event would say anything new.
 *
 * @param fingerprint hash of content and tags
 * @param partition where its newest event lies
 * @param offset where its newest event lies
 */
record KnownImage(String fingerprint, int partition, long offset) {

    /** Hash of all that a consumer of the event would see, but its time. */
    static String fingerprint(ImageEvent event) {
        String content = switch (event.getPayload()) {
            case InlinePayload inline -> Sha256.hex(inline.getContent());
            case PayloadReference reference -> reference.getSha256();
            default -> throw new IllegalArgumentException("no such payload: " + event.getPayload());
        };
        String all = content + " " + event.getContentType() + " " + new TreeMap<>(event.getTags());
        return Sha256.hex(all.getBytes(StandardCharsets.UTF_8));
    }

    byte[] encode() {
        byte[] text = fingerprint.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(Integer.BYTES + Long.BYTES + text.length)
                .putInt(partition)
                .putLong(offset)
                .put(text)
                .array();
    }

    static KnownImage decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int partition = buffer.getInt();
        long offset = buffer.getLong();
        byte[] text = new byte[buffer.remaining()];
        buffer.get(text);
        return new KnownImage(new String(text, StandardCharsets.US_ASCII), partition, offset);
    }
}
