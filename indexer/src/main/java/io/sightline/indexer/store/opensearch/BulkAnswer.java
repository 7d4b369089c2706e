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
 * @param noNews writes that were not taken, since the primary has something as new; who else has it is not said
 * @param refused writes that would be refused again
 */
record BulkAnswer(List<Write> open, @Nullable String why, List<Write> noNews, List<Refusal> refused) {

    BulkAnswer {
        open = List.copyOf(open);
        noNews = List.copyOf(noNews);
        refused = List.copyOf(refused);
    }

    /** A write, and why it is refused. */
    record Refusal(Write write, DocumentRefusedException reason) {}

    /** Of a request that was not answered, or not as it should be. */
    static BulkAnswer none(List<Write> writes, String why) {
        return new BulkAnswer(writes, why, List.of(), List.of());
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
            return none(writes, "the answer has " + items.size() + " items, not " + writes.size());
        }
        List<Write> open = new ArrayList<>();
        @Nullable String why = null;
        List<Write> noNews = new ArrayList<>();
        List<Refusal> refused = new ArrayList<>();
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
                case NO_NEWS -> noNews.add(write);
                case TRANSIENT -> {
                    open.add(write);
                    why = "image " + write.imageId() + " was answered with " + status + " (" + reason(item) + ")";
                }
                case PERMANENT -> refused.add(new Refusal(write, refused(write, status, item)));
            }
        }
        return new BulkAnswer(open, why, noNews, refused);
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
