package io.sightline.indexer.deadletters;

import io.sightline.schemas.UndecodableRecordException;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * A dead event as it was. The array is not copied: do not change it.
 *
 * @param value the record's value
 * @param event the same decoded, if it decodes
 */
public record OriginalEvent(byte[] value, Optional<ImageEvent> event) {

    static OriginalEvent decode(String topic, byte[] value, Deserializer<ImageEvent> images) {
        try {
            return new OriginalEvent(value, Optional.of(images.deserialize(topic, value)));
        } catch (UndecodableRecordException e) {
            return new OriginalEvent(value, Optional.empty());
        }
    }

    /** The encoded image; empty if the event does not decode, or refers to an image elsewhere. */
    public Optional<byte[]> image() {
        return event.map(ImageEvent::getPayload)
                .filter(InlinePayload.class::isInstance)
                .map(payload -> bytes(((InlinePayload) payload).getContent()));
    }

    static byte[] bytes(ByteBuffer content) {
        ByteBuffer buffer = content.duplicate();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
