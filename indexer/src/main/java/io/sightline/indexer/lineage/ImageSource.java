package io.sightline.indexer.lineage;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.payload.PayloadUnavailableException;
import io.sightline.http.ApiException;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.StoredImage.Origin;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.RegistryUnavailableException;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.UndecodableRecordException;
import io.sightline.schemas.avro.ImageEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** The events of an indexed image, and its content: what the index does not hold itself. Thread-safe. */
public final class ImageSource {

    private static final int SCHEMA_ID_AT = 1;

    private final EventReader events;
    private final Deserializer<ImageEvent> images;
    private final PayloadReader payloads;

    /** Uses, and does not close, what it is given. */
    public ImageSource(EventReader events, RecordSerdes serdes, PayloadReader payloads) {
        this.events = events;
        this.images = serdes.deserializer(ImageEvent.class);
        this.payloads = payloads;
    }

    /**
     * A decoded event.
     *
     * @param event decoded
     * @param schemaId of its schema in the registry, null if the record does not say
     */
    public record Decoded(ImageEvent event, @Nullable Integer schemaId) {}

    /**
     * The event that an indexed image came from.
     *
     * @throws ApiException 410 {@code event-gone} if it is not in Kafka any more, 503 {@code kafka-unavailable} or {@code
     *     registry-unavailable} if that cannot be told now
     */
    public Decoded event(StoredImage image) {
        ConsumerRecord<byte[], byte[]> record = record(image.origin())
                .filter(one -> one.value() != null && isOf(image.id(), one))
                .orElseThrow(() -> gone(
                        "event-gone",
                        image,
                        "is not there any more: a newer event replaced it, which the index is about to follow"));
        try {
            return new Decoded(images.deserialize(record.topic(), record.value()), schemaId(record));
        } catch (RegistryUnavailableException e) {
            throw new ApiException(503, "registry-unavailable", String.valueOf(e.getMessage()));
        } catch (UndecodableRecordException e) {
            throw gone("event-gone", image, "cannot be decoded: " + e.getMessage());
        }
    }

    /** Id of an event's schema in the registry; null if the event is gone. */
    public @Nullable Integer schemaId(String id, Origin coordinates) {
        @Nullable
        ConsumerRecord<byte[], byte[]> record = record(coordinates)
                .filter(one -> one.value() != null && isOf(id, one))
                .orElse(null);
        return record == null ? null : schemaId(record);
    }

    /**
     * The encoded image of an event, which is the one that was embedded.
     *
     * @return perhaps shared with other callers; treat as immutable
     * @throws ApiException 410 {@code content-gone} if it can never be had, 503 {@code payload-store-unavailable} if it cannot
     *     be had now
     */
    public byte[] content(StoredImage image, ImageEvent event) {
        byte[] content;
        try {
            content = payloads.content(event);
        } catch (RejectedImageException e) {
            throw gone("content-gone", image, "has no content any more: " + e.getMessage());
        } catch (PayloadUnavailableException e) {
            throw new ApiException(503, "payload-store-unavailable", String.valueOf(e.getMessage()));
        }
        String hash = Sha256.hex(content);
        if (!hash.equals(image.contentSha256())) {
            throw gone(
                    "content-gone",
                    image,
                    "now has content of SHA-256 " + hash + ", not " + image.contentSha256() + " as it was embedded");
        }
        return content;
    }

    private Optional<ConsumerRecord<byte[], byte[]>> record(Origin coordinates) {
        try {
            return events.read(coordinates);
        } catch (EventUnavailableException e) {
            throw new ApiException(503, "kafka-unavailable", String.valueOf(e.getMessage()));
        }
    }

    private static boolean isOf(String id, ConsumerRecord<byte[], byte[]> record) {
        return record.key() != null && Arrays.equals(record.key(), id.getBytes(StandardCharsets.UTF_8));
    }

    /** Confluent's wire format: a zero byte, and the id as a big-endian int32. */
    private static @Nullable Integer schemaId(ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value();
        return value == null || value.length < SCHEMA_ID_AT + Integer.BYTES || value[0] != 0
                ? null
                : ByteBuffer.wrap(value).getInt(SCHEMA_ID_AT);
    }

    private static ApiException gone(String type, StoredImage image, String what) {
        Origin origin = image.origin();
        return new ApiException(
                410,
                type,
                "the event " + origin.topic() + "-" + origin.partition() + "@" + origin.offset() + " of image '"
                        + image.id() + "' " + what);
    }
}
