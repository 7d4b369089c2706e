package io.sightline.indexer.search;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.sightline.http.ApiException;
import io.sightline.indexer.store.Filter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a neighbour must have; all of it. In JSON:
 *
 * <pre>{@code
 * {"label": "cat",                              or ["cat", "dog"]
 *  "tags": {"source": "phone",                  has this value
 *           "split": {"in": ["train", "test"]}, has one of them
 *           "camera": {"exists": true}},        is there at all, or with false is not
 *  "eventTime": {"from": "2026-11-01T00:00:00Z", "before": "2026-12-01T00:00:00Z"}}
 * }</pre>
 *
 * @param label one of these labels
 * @param tags by key what the tag must be
 * @param eventTime when the image event was
 */
record FilterRequest(
        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable
        List<String> label,

        @Nullable Map<String, Tag> tags,
        @Nullable TimeRange eventTime) {

    private static final int MOST_VALUES = 1000;
    private static final int MOST_TAGS = 100;
    private static final Instant EARLIEST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

    /**
     * What a tag must be: one of some values, or there, or not there.
     *
     * @param in values, one of which it has
     * @param exists whether it is there
     */
    record Tag(@Nullable List<String> in, @Nullable Boolean exists) {

        @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
        Tag(@JsonProperty("in") @Nullable List<String> in, @JsonProperty("exists") @Nullable Boolean exists) {
            this.in = in;
            this.exists = exists;
        }

        /** Just this value. */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static Tag equal(String value) {
            return new Tag(List.of(value), null);
        }

        private Filter.TagRule rule(String key) {
            if (exists != null && in == null) {
                return new Filter.Exists(exists);
            }
            if (exists == null && in != null && isList(in)) {
                return new Filter.OneOf(Set.copyOf(in));
            }
            throw bad("tag '" + key + "' is to be a text, {\"in\": [1 to " + MOST_VALUES
                    + " texts]} or {\"exists\": true or false}");
        }
    }

    /**
     * A time from, inclusive, to another, exclusive.
     *
     * @param from null for any
     * @param before null for any
     */
    record TimeRange(@Nullable Instant from, @Nullable Instant before) {}

    /**
     * The same in the words of a store.
     *
     * @throws ApiException 400 {@code bad-filter}
     */
    Filter filter() {
        if (label != null && !isList(label)) {
            throw bad("label is to be a text or 1 to " + MOST_VALUES + " texts");
        }
        if (tags != null && tags.size() > MOST_TAGS) {
            throw bad("it asks for " + tags.size() + " tags, at most " + MOST_TAGS + " are possible");
        }
        Map<String, Filter.TagRule> rules = new HashMap<>();
        if (tags != null) {
            tags.forEach((key, tag) -> {
                if (tag == null) {
                    throw bad("tag '" + key + "' is null; to ask that it is not there, say {\"exists\": false}");
                }
                rules.put(key, tag.rule(key));
            });
        }
        return new Filter(
                label == null ? Set.of() : Set.copyOf(label),
                rules,
                eventTime == null ? null : milliseconds("from", eventTime.from),
                eventTime == null ? null : milliseconds("before", eventTime.before));
    }

    /** Events have milliseconds: what lies between two of them means the same as the later one. */
    private static @Nullable Instant milliseconds(String name, @Nullable Instant time) {
        if (time == null) {
            return null;
        }
        if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
            throw bad("eventTime." + name + " is " + time + ", which is not from " + EARLIEST + " to " + LATEST);
        }
        Instant floor = time.truncatedTo(ChronoUnit.MILLIS);
        return floor.equals(time) ? time : floor.plusMillis(1);
    }

    private static boolean isList(List<String> texts) {
        return !texts.isEmpty() && texts.size() <= MOST_VALUES && texts.stream().allMatch(Objects::nonNull);
    }

    private static ApiException bad(String what) {
        return new ApiException(400, "bad-filter", "the filter is wrong: " + what);
    }
}
