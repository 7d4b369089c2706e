package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sightline.indexer.store.Filter;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Between filters and OpenSearch's queries. */
final class FilterJson {

    /** Cannot occur in a key, so no key and value can be read as another pair. */
    private static final char SEPARATOR = '\u0000';

    private FilterJson() {}

    /** How a tag lies in its field. */
    static String tag(String key, String value) {
        return key + SEPARATOR + value;
    }

    /** Null for a filter that everything passes. */
    static @Nullable ObjectNode of(Filter filter) {
        if (filter.isEmpty()) {
            return null;
        }
        ObjectNode query = OpenSearchConnection.JSON.createObjectNode();
        ObjectNode rules = query.putObject("bool");
        ArrayNode wanted = rules.putArray("filter");
        ArrayNode unwanted = rules.putArray("must_not");
        if (!filter.labels().isEmpty()) {
            addTerms(wanted, ImageJson.LABEL, filter.labels());
        }
        for (Map.Entry<String, Filter.TagRule> rule : filter.tags().entrySet()) {
            switch (rule.getValue()) {
                case Filter.OneOf one ->
                    addTerms(
                            wanted,
                            ImageJson.TAGS,
                            one.values().stream()
                                    .map(value -> tag(rule.getKey(), value))
                                    .toList());
                case Filter.Exists exists ->
                    (exists.wanted() ? wanted : unwanted)
                            .addObject()
                            .putObject("term")
                            .put(ImageJson.TAG_KEYS, rule.getKey());
            }
        }
        if (filter.from() != null || filter.before() != null) {
            ObjectNode range = wanted.addObject().putObject("range").putObject(ImageJson.TIME);
            if (filter.from() != null) {
                range.put("gte", filter.from().toEpochMilli());
            }
            if (filter.before() != null) {
                range.put("lt", filter.before().toEpochMilli());
            }
        }
        return query;
    }

    private static void addTerms(ArrayNode rules, String field, Collection<String> texts) {
        ArrayNode terms = rules.addObject().putObject("terms").putArray(field);
        texts.forEach(terms::add);
    }
}
