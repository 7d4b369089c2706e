package io.sightline.indexer.store;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a neighbour must have; all of it. Immutable.
 *
 * @param labels one of these, none for any label or no label
 * @param tags by key what is asked of the tag
 * @param from earliest time of the image event, null for any
 * @param before the time of the image event is earlier, null for any
 */
public record Filter(
        Set<String> labels,
        Map<String, TagRule> tags,
        @Nullable Instant from,
        @Nullable Instant before) {

    /** Everything passes. */
    public static final Filter NONE = new Filter(Set.of(), Map.of(), null, null);

    /** Copies the collections. */
    public Filter {
        labels = Set.copyOf(labels);
        tags = Map.copyOf(tags);
    }

    /** What is asked of a tag. */
    public sealed interface TagRule {}

    /** The tag has one of these values. */
    public record OneOf(Set<String> values) implements TagRule {

        /** Copies the values; at least one. */
        public OneOf {
            values = Set.copyOf(values);
            if (values.isEmpty()) {
                throw new IllegalArgumentException("a tag cannot have one of no values");
            }
        }
    }

    /** The tag is there, or is not. */
    public record Exists(boolean wanted) implements TagRule {}

    /** Whether everything passes. */
    public boolean isEmpty() {
        return labels.isEmpty() && tags.isEmpty() && from == null && before == null;
    }
}
