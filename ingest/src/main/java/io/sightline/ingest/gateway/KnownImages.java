package io.sightline.ingest.gateway;

import io.sightline.schemas.Topics;
import io.sightline.schemas.UndecodableRecordException;
import io.sightline.schemas.avro.Erasure;
import io.sightline.schemas.avro.ImageEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * What the directory stores of images, and the erasure that each deletion of a known image makes, whoever deleted it. An
 * erasure is announced before the image is forgotten: of a process that dies in between, the next one announces it again,
 * with the same words.
 *
 * <p>Keys are of three kinds: an image; an image whose newest event cannot be read, so that it is not known but what it had
 * before still is to be erased; and a content in the payload store with the image that has it now.
 */
final class KnownImages {

    /** Its name changes with the format of its keys and values. */
    static final String STORE = "known-images-2";

    private static final String IMAGE = "i";
    private static final String UNREADABLE = "u";
    private static final String CONTENT = "c";

    private final Deserializer<ImageEvent> events;
    private final Consumer<Erasure> announcer;
    private final Clock clock;

    /** @param announcer returns when the erasure is written */
    KnownImages(Deserializer<ImageEvent> events, Consumer<Erasure> announcer, Clock clock) {
        this.events = events;
        this.announcer = announcer;
        this.clock = clock;
    }

    /** An event of an image; it may be one that cannot be read. */
    void put(KeyValueStore<String, byte[]> store, String id, byte[] value, int partition, long offset) {
        Optional<KnownImage> before = known(store, id);
        KnownImage image;
        try {
            image = KnownImage.of(events.deserialize(Topics.IMAGES, value), partition, offset);
        } catch (UndecodableRecordException e) {
            // Whatever it was, it replaced what was known: the lanes have removed that image.
            forget(store, id);
            before.ifPresent(earlier -> store.put(UNREADABLE + id, earlier.encode()));
            throw e;
        }
        forget(store, id);
        store.put(IMAGE + id, before.map(image::after).orElse(image).encode());
        if (image.byReference()) {
            store.put(CONTENT + image.content() + id, new byte[0]);
        }
    }

    /** The deletion of an image, known or not. */
    void delete(KeyValueStore<String, byte[]> store, String id, int partition, long offset, long timestamp) {
        Instant deleted = Instant.ofEpochMilli(timestamp);
        boolean isRemembered = deleted.plus(Topics.ERASURE_RETENTION).isAfter(clock.instant());
        known(store, id)
                .filter(image -> isRemembered)
                .ifPresent(image -> announcer.accept(new Erasure(id, partition, offset, image.contents(), deleted)));
        forget(store, id);
    }

    /** The newest event of an image, if it can be read. */
    static Optional<KnownImage> find(ReadOnlyKeyValueStore<String, byte[]> store, String id) {
        return Optional.ofNullable(store.get(IMAGE + id)).map(KnownImage::decode);
    }

    /** Whether an image has this content of the payload store now. */
    static boolean isInUse(ReadOnlyKeyValueStore<String, byte[]> store, String contentSha256) {
        StringSerializer serializer = new StringSerializer();
        try (KeyValueIterator<String, byte[]> images = store.prefixScan(CONTENT + contentSha256, serializer)) {
            return images.hasNext();
        }
    }

    private static Optional<KnownImage> known(ReadOnlyKeyValueStore<String, byte[]> store, String id) {
        return find(store, id)
                .or(() -> Optional.ofNullable(store.get(UNREADABLE + id)).map(KnownImage::decode));
    }

    private static void forget(KeyValueStore<String, byte[]> store, String id) {
        find(store, id).ifPresent(image -> store.delete(CONTENT + image.content() + id));
        store.delete(IMAGE + id);
        store.delete(UNREADABLE + id);
    }
}
