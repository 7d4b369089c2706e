package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of the items of a bulk request. Immutable.
 *
 * @param open writes that were not taken, or not by enough copies, and may be later
 * @param why one of them was not, null if all were
 * @param refused the first that would be refused again, null if none would
 */
record BulkAnswer(
        List<Write> open, @Nullable String why, @Nullable DocumentRefusedException refused) {

    BulkAnswer {
        open = List.copyOf(open);
    }

    /**
     * Reads an answer.
     *
     * @param writes that were sent, in this order
     * @param copies that must have a write before it counts as acknowledged
     */
    static BulkAnswer of(JsonNode answer, List<Write> writes, int copies) {
        JsonNode items = answer.path("items");
        if (items.size() != writes.size()) {
            return new BulkAnswer(writes, "the answer has " + items.size() + " items, not " + writes.size(), null);
        }
        List<Write> open = new ArrayList<>();
        @Nullable String why = null;
        @Nullable DocumentRefusedException refused = null;
        for (int i = 0; i < writes.size(); i++) {
            JsonNode item = items.get(i).path("index");
            Write write = writes.get(i);
            int status = item.path("status").asInt();
            switch (RetryClass.of(status)) {
                case DONE -> {
                    int having = item.path("_shards").path("successful").asInt();
                    if (having < copies) {
                        open.add(write);
                        why = "only " + having + " of " + copies + " copies have image " + write.imageId();
                    }
                }
                case NO_NEWS -> {}
                case TRANSIENT -> {
                    open.add(write);
                    why = "image " + write.imageId() + " was answered with " + status + " (" + reason(item) + ")";
                }
                case PERMANENT -> {
                    if (refused == null) {
                        refused = refused(write, status, item);
                    }
                }
            }
        }
        return new BulkAnswer(open, why, refused);
    }

    private static DocumentRefusedException refused(Write write, int status, JsonNode item) {
        return new DocumentRefusedException(
                "OpenSearch refuses image " + write.imageId() + " with " + status + " (" + reason(item)
                        + "): compare the fields of index "
                        + item.path("_index").asText() + " with what is written",
                write.imageId(),
                status,
                item.path("error").path("type").asText());
    }

    private static String reason(JsonNode item) {
        JsonNode error = item.path("error");
        String reason =
                error.path("type").asText() + ": " + error.path("reason").asText();
        String cause = error.path("caused_by").path("reason").asText();
        return cause.isEmpty() ? reason : reason + ": " + cause;
    }
}
