package io.sightline.embedder.payload;

import io.sightline.schemas.avro.PayloadReference;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The payloads that were used last, as many as fit into a number of bytes. Thread-safe. */
final class PayloadCache {

    private final long capacity;
    private final Map<Key, byte[]> contents = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /**
     * An empty cache.
     *
     * @param capacity bytes; 0 keeps nothing
     */
    PayloadCache(long capacity) {
        if (capacity < 0) {
            throw new IllegalArgumentException("the payload cache cannot have " + capacity + " bytes; 0 turns it off");
        }
        this.capacity = capacity;
    }

    /**
     * A verified content. The address is part of it: whether a reference is served must not hang on what others read.
     */
    record Key(String sha256, long size, String uri) {

        static Key of(PayloadReference reference) {
            return new Key(reference.getSha256(), reference.getSize(), reference.getUri());
        }
    }

    synchronized byte @Nullable [] get(Key key) {
        return contents.get(key);
    }

    synchronized void put(Key key, byte[] content) {
        if (content.length > capacity) {
            return;
        }
        byte[] before = contents.put(key, content);
        bytes += content.length - (before == null ? 0 : before.length);
        Iterator<byte[]> eldest = contents.values().iterator();
        while (bytes > capacity) {
            bytes -= eldest.next().length;
            eldest.remove();
        }
    }

    /** Forgets a content, wherever it was fetched from. */
    synchronized void forget(String sha256) {
        Iterator<Map.Entry<Key, byte[]>> all = contents.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Key, byte[]> entry = all.next();
            if (entry.getKey().sha256().equals(sha256)) {
                bytes -= entry.getValue().length;
                all.remove();
            }
        }
    }

    synchronized long bytes() {
        return bytes;
    }
}
