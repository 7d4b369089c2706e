package io.sightline.indexer.store;

import java.util.Comparator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A neighbour. What is known of it beside id and score is made of its bytes when it is asked for first: whoever only
 * ranks pays for no more. For one thread.
 */
public final class Hit {

    /** The order of hits: by score, and those of one score by id. */
    public static final Comparator<Hit> ORDER =
            Comparator.comparingDouble(Hit::score).reversed().thenComparing(Hit::id);

    private final String id;
    private final double score;
    private final Supplier<StoredImage> details;
    private @Nullable StoredImage image;

    /**
     * A neighbour whose details come later.
     *
     * @param score cosine of query and image, -1 to 1
     * @param details asked at most once; must not need the store any more
     */
    public Hit(String id, double score, Supplier<StoredImage> details) {
        this.id = id;
        this.score = score;
        this.details = details;
    }

    /** Image id. */
    public String id() {
        return id;
    }

    /** Cosine of query and image, -1 to 1. */
    public double score() {
        return score;
    }

    /** All that is known of it. */
    public StoredImage image() {
        if (image == null) {
            image = details.get();
        }
        return image;
    }
}
