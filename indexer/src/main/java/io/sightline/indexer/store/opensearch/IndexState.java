package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * What an index knows of itself, in small documents of its own, so that it comes and goes with it: how far the topics had
 * been read, and up to which operation all that was deleted has been taken off the disk. Thread-safe.
 */
final class IndexState {

    /** Field that holds it, which OpenSearch does not look into. */
    static final String STATE = "state";

    private static final String KIND = "state";
    private static final String OFFSETS = "!offsets";
    private static final String EXPUNGED = "!expunged";
    private static final String UP_TO = "upTo";

    private final OpenSearchConnection connection;
    private final String index;

    IndexState(OpenSearchConnection connection, String index) {
        this.connection = connection;
        this.index = index;
    }

    /** The offsets that were written last, none if there were none. */
    Map<TopicPartition, Long> offsets() {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        JsonNode next = read(OFFSETS);
        for (String partition : (Iterable<String>) next::fieldNames) {
            int dash = partition.lastIndexOf('-');
            offsets.put(
                    new TopicPartition(partition.substring(0, dash), Integer.parseInt(partition.substring(dash + 1))),
                    next.get(partition).asLong());
        }
        return offsets;
    }

    void writeOffsets(Map<TopicPartition, Long> next) {
        ObjectNode offsets = OpenSearchConnection.JSON.createObjectNode();
        next.forEach((partition, offset) -> offsets.put(partition.toString(), offset));
        write(OFFSETS, offsets);
    }

    /** Nothing that was deleted by an operation up to this one, of whichever shard, is on any disk; -1 before the first. */
    long expungedUpTo() {
        return read(EXPUNGED).path(UP_TO).asLong(-1);
    }

    void writeExpungedUpTo(long operation) {
        ObjectNode expunged = OpenSearchConnection.JSON.createObjectNode();
        expunged.put(UP_TO, operation);
        write(EXPUNGED, expunged);
    }

    private JsonNode read(String id) {
        return connection
                .read("read the state of " + index, Call.get(path(id)).orMissing())
                .path("_source")
                .path(STATE);
    }

    private void write(String id, ObjectNode state) {
        ObjectNode document = OpenSearchConnection.JSON.createObjectNode();
        document.put(ImageJson.KIND, KIND);
        document.set(STATE, state);
        int copies = connection.settings().layout().acknowledging();
        Call call = Call.put(path(id), document)
                .with("wait_for_active_shards", copies)
                .with("timeout", "20s");
        String what = "write the state of " + index;
        Retries.of(what, connection.settings().patience().write(), () -> {
            JsonNode answer = connection.send(call);
            int having = answer.path("_shards").path("successful").asInt();
            if (having < copies) {
                throw new UnavailableException("only " + having + " of " + copies + " copies have it", null);
            }
            return answer;
        });
    }

    private String path(String id) {
        return "/" + index + "/_doc/" + id;
    }
}
