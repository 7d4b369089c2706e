package io.sightline.indexer.rollout.gates;

import java.util.Arrays;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.StringHelper;

/** A set of ids in eight bytes each: 64 bits of a hash, so that two of a million ids are one in 40 million runs. */
final class IdHashes {

    private long[] hashes = new long[1024];
    private int size;

    void add(String id) {
        if (size == hashes.length) {
            hashes = Arrays.copyOf(hashes, 2 * size);
        }
        hashes[size] = hash(id);
        size++;
    }

    /** To be called between the last id that is added and the first that is asked for. */
    void freeze() {
        hashes = Arrays.copyOf(hashes, size);
        Arrays.sort(hashes);
    }

    boolean contains(String id) {
        return Arrays.binarySearch(hashes, hash(id)) >= 0;
    }

    private static long hash(String id) {
        return StringHelper.murmurhash3_x64_128(new BytesRef(id))[0];
    }
}
