package io.sightline.indexer.rollout.gates;

import io.sightline.schemas.Sha256;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A sample of the latest searches, in memory only. Each new one takes the place of any other, so that old ones fade
 * away (a biased reservoir: Aggarwal, VLDB 2006). Searches by vector are of one space and of no use for another.
 * Thread-safe.
 */
public final class LiveQueries {

    private static final int MOST = 200;
    private static final int LARGEST_IMAGE = 64 * 1024;

    /** What was asked, in the order of the places; a probe that asks the same again and again has one. */
    private final List<String> keys = new ArrayList<>();

    private final Map<String, LiveQuery> sample = new HashMap<>();
    private final Random random = new Random();

    /** Notes a search by id or image; a large image is left out. */
    public void note(@Nullable String id, byte @Nullable [] image) {
        if (id != null) {
            put("id " + id, new LiveQuery(id, null));
        } else if (image != null && image.length <= LARGEST_IMAGE) {
            put("image " + Sha256.hex(image), new LiveQuery(null, image));
        }
    }

    /** What has been kept. */
    public synchronized List<LiveQuery> sample() {
        return List.copyOf(sample.values());
    }

    private synchronized void put(String key, LiveQuery query) {
        if (sample.putIfAbsent(key, query) != null) {
            return;
        }
        if (keys.size() < MOST) {
            keys.add(key);
        } else {
            sample.remove(keys.set(random.nextInt(MOST), key));
        }
    }
}
