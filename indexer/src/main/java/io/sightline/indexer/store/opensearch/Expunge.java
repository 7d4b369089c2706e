package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.indexer.store.Erased;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what was deleted or replaced off all disks. OpenSearch keeps it in the segments, and merges keep it as long as a
 * copy that is behind may ask for the operations since: so a pass first waits until no copy may, then merges every segment
 * that has something, then commits. The pass is remembered, and covers all that was deleted before it. Before and after are
 * told by the sequence numbers of operations, not by clocks, which are set back and differ. Each shard counts its own; of
 * several the least is remembered, which claims too little and never too much. Thread-safe.
 */
final class Expunge {

    private static final Logger LOG = LoggerFactory.getLogger(Expunge.class);
    /** OpenSearch gives operations up every 30 s. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private static final Duration POLL = Duration.ofSeconds(1);

    private final OpenSearchConnection connection;
    private final String index;
    private final Documents documents;
    private final IndexState state;

    Expunge(OpenSearchConnection connection, String index, Documents documents, IndexState state) {
        this.connection = connection;
        this.index = index;
        this.documents = documents;
        this.state = state;
    }

    /** Of which images there is still something; all writes are acknowledged. */
    Set<Erased> held(Collection<Erased> erased) {
        Set<String> ids = erased.stream().map(Erased::id).collect(Collectors.toSet());
        Map<String, JsonNode> newest = new HashMap<>();
        documents
                .newestWhole(ids)
                .forEach(document -> newest.put(ImageJson.id(document.path(Documents.SOURCE)), document));
        long expungedUpTo = state.expungedUpTo();
        Set<Erased> held = new HashSet<>();
        Set<Erased> replaced = new HashSet<>();
        for (Erased one : erased) {
            JsonNode document = newest.get(one.id());
            if (document == null) {
                // It never was there: what was deleted has a tombstone for longer than an erasure takes.
                continue;
            }
            JsonNode source = document.path(Documents.SOURCE);
            if (ImageJson.isImage(source) && one.covers(ImageJson.origin(source))) {
                held.add(one);
            } else if (document.path("_seq_no").asLong() > expungedUpTo) {
                replaced.add(one);
            }
        }
        if (!replaced.isEmpty() && !hasNothingDeleted()) {
            held.addAll(replaced);
        }
        return held;
    }

    /** Whether no segment of any copy, searched or committed, has a deleted document. */
    private boolean hasNothingDeleted() {
        connection.write("refresh " + index, Call.post("/" + index + "/_refresh"));
        JsonNode answer = connection.read("look into the segments of " + index, Call.get("/" + index + "/_segments"));
        JsonNode copies = answer.path("_shards");
        if (copies.path("successful").asInt() < copies.path("total").asInt()) {
            // One that did not answer may have something.
            return false;
        }
        for (JsonNode shard : answer.path("indices").path(index).path("shards")) {
            for (JsonNode copy : shard) {
                for (JsonNode segment : copy.path("segments")) {
                    // One that is committed and not searched has what was deleted since.
                    if (segment.path("deleted_docs").asLong() > 0
                            || !segment.path("search").asBoolean()) {
                        return false;
                    }
                }
            }
        }
        return isWhole();
    }

    /** Takes all off the disks that was deleted before, as far as it was acknowledged. May take minutes. */
    void pass() throws InterruptedException {
        if (!isWhole()) {
            LOG.info("expunging {} waits: copies are missing, and one that comes back may bring erased images", index);
            return;
        }
        JsonNode before = shards();
        awaitOperationsGivenUp(before);
        flush();
        JsonNode answer = connection.send(Call.post("/" + index + "/_forcemerge")
                .with("only_expunge_deletes", true)
                .with("flush", true)
                .takingLong());
        connection.write("refresh " + index, Call.post("/" + index + "/_refresh"));
        flush();
        if (answer.path("_shards").path("failed").asInt() == 0 && isWhole()) {
            state.writeExpungedUpTo(onAllCopies(before));
        }
    }

    private void flush() {
        connection.write("flush " + index, Call.post("/" + index + "/_flush").with("force", true));
    }

    /** Whether all copies are there. */
    private boolean isWhole() {
        JsonNode health = connection.read("ask for the health of " + index, Call.get("/_cluster/health/" + index));
        return health.path("status").asText().equals("green");
    }

    /** The last operation that all copies of every shard had. */
    private static long onAllCopies(JsonNode shards) {
        long least = Long.MAX_VALUE;
        for (JsonNode shard : shards) {
            long known = -1;
            // The primary knows it first.
            for (JsonNode copy : shard) {
                known = Math.max(
                        known, copy.path("seq_no").path("global_checkpoint").asLong(-1));
            }
            least = Math.min(least, known);
        }
        return least == Long.MAX_VALUE ? -1 : least;
    }

    private void awaitOperationsGivenUp(JsonNode before) throws InterruptedException {
        long latest = System.nanoTime() + LONGEST_WAIT.toNanos();
        while (!areGivenUp(before, shards())) {
            if (System.nanoTime() > latest) {
                throw new UnavailableException(
                        "copies of " + index + " still keep operations of deleted images after " + LONGEST_WAIT, null);
            }
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
    }

    private JsonNode shards() {
        JsonNode stats = connection.read(
                "ask for the operations of " + index,
                Call.get("/" + index + "/_stats/docs").with("level", "shards"));
        return stats.path("indices").path(index).path("shards");
    }

    private static boolean areGivenUp(JsonNode before, JsonNode now) {
        for (String shard : (Iterable<String>) before::fieldNames) {
            long newest = -1;
            for (JsonNode copy : before.get(shard)) {
                newest = Math.max(newest, copy.path("seq_no").path("max_seq_no").asLong());
            }
            for (JsonNode copy : now.path(shard)) {
                for (JsonNode lease : copy.path("retention_leases").path("leases")) {
                    if (lease.path("retaining_seq_no").asLong() <= newest) {
                        return false;
                    }
                }
            }
        }
        return true;
    }
}
