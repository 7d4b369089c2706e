package io.sightline.embedder.lanes;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of the contents that one lane embedded last, by SHA-256: content that comes again, under the same id or
 * another, is not computed again while it is remembered. A version's network is a pure function of the content, so
 * that forgetting costs time and nothing else. Thread-safe.
 */
final class VectorCache {

    private static final float LOAD = 0.75f;

    private final Map<String, float[]> vectors;

    /**
     * Remembers so many vectors, 0 for none.
     *
     * @param entries each takes about 4 d + 250 bytes
     */
    VectorCache(int entries) {
        this.vectors = new LinkedHashMap<>(16, LOAD, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, float[]> eldest) {
                return size() > entries;
            }
        };
    }

    synchronized float @Nullable [] find(String sha256) {
        return vectors.get(sha256);
    }

    synchronized void put(String sha256, float[] vector) {
        vectors.put(sha256, vector);
    }

    synchronized void forget(String sha256) {
        vectors.remove(sha256);
    }
}
