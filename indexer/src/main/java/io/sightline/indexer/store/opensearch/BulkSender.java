package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.indexer.store.Revision;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends bulk requests until enough copies have what they hold, or something newer. Thread-safe.
 *
 * <p>A version conflict (409) says only that the primary has something as new. Who wrote that may not have been told that
 * a second copy has it: this client, when a node died while it answered and the next one was asked, or a process that
 * ended. If it counted as written, and the offsets behind it too, it would be gone with the primary's node. So what the
 * primary has is read and written again as it is, under its own version, and counts once enough copies acknowledge that.
 * That costs two requests more for each of a replay, which is as long as was not committed.
 *
 * <p>On failure: what may be taken later is sent again, by itself, until it is too late ({@link
 * ClusterUnavailableException}). An image whose document is wrong for ever (400) loses nothing else: it is logged and
 * counted, and a tombstone takes its place. If that is refused too, or the reason is another one, it is not the image's
 * fault but the index's: {@link DocumentRefusedException}.
 */
final class BulkSender {

    private static final Logger LOG = LoggerFactory.getLogger(BulkSender.class);
    private static final String EXTERNAL = "external";
    /** Also takes the stored version again: whether enough copies have it is only known from being told. */
    private static final String EXTERNAL_AGAIN = "external_gte";

    private static final int BAD_REQUEST = 400;
    private static final byte LINE_END = '\n';
    private static final int ROOM_PER_ITEM = 128;

    private final OpenSearchConnection connection;
    private final String index;
    private final Documents documents;
    private final Clock clock;
    private final int copies;
    private final AtomicLong refused = new AtomicLong();

    BulkSender(OpenSearchConnection connection, String index, Clock clock) {
        this.connection = connection;
        this.index = index;
        this.documents = new Documents(connection, index);
        this.clock = clock;
        this.copies = connection.settings().layout().acknowledging();
    }

    /** Images in whose place are tombstones. */
    long refused() {
        return refused.get();
    }

    /** Returns when all is acknowledged; of each image there is one write at most. */
    void send(List<Write> writes) {
        Retries retries = new Retries(
                "write " + writes.size() + " images to " + index,
                connection.settings().patience().write());
        List<Write> open = writes;
        String versionType = EXTERNAL;
        List<BulkAnswer.Refusal> passedOver = new ArrayList<>();
        while (!open.isEmpty()) {
            BulkAnswer answer = attempt(open, versionType);
            List<Write> next = new ArrayList<>(answer.open());
            answer.refused().forEach(refusal -> next.add(inItsPlace(refusal)));
            passedOver.addAll(answer.refused());
            next.addAll(stored(answer.noNews()));
            if (!answer.open().isEmpty()) {
                retries.pause(String.valueOf(answer.why()), null);
            } else if (!answer.noNews().isEmpty() && versionType.equals(EXTERNAL_AGAIN)) {
                retries.pause("image " + answer.noNews().getFirst().imageId() + " is being written by others", null);
            }
            open = next;
            versionType = EXTERNAL_AGAIN;
        }
        // Only now it is known that it is these images, and not the index, that nothing can be written of.
        passedOver.forEach(this::note);
    }

    private void note(BulkAnswer.Refusal refusal) {
        refused.incrementAndGet();
        Revision revision = refusal.write().revision();
        LOG.error(
                "passed over offset {} of partition {} of the embeddings: {}",
                revision.embedding() - 1,
                revision.partition(),
                refusal.reason().getMessage());
    }

    private BulkAnswer attempt(List<Write> writes, String versionType) {
        // A copy that is missing is noticed before anything is written; one that is lost while it is, in the answer.
        Call call = Call.post("/" + index + "/_bulk")
                .with("wait_for_active_shards", copies)
                .with("timeout", "20s")
                .withLines(lines(writes, versionType));
        try {
            return BulkAnswer.of(connection.send(call), writes, copies);
        } catch (UnavailableException e) {
            return BulkAnswer.none(writes, String.valueOf(e.getMessage()));
        }
    }

    private Write inItsPlace(BulkAnswer.Refusal refusal) {
        Write write = refusal.write();
        if (write.kind() != Write.Kind.IMAGE || refusal.reason().status() != BAD_REQUEST) {
            throw refusal.reason();
        }
        return write.asTombstone(clock.instant());
    }

    /** What the primaries have of images; what was to be written, if a primary was replaced by one that has less. */
    private List<Write> stored(List<Write> noNews) {
        if (noNews.isEmpty()) {
            return List.of();
        }
        Map<String, Write> stored = new HashMap<>();
        for (JsonNode source :
                documents.ofPrimaries(noNews.stream().map(Write::imageId).toList())) {
            stored.put(ImageJson.id(source), Write.stored(source));
        }
        return noNews.stream()
                .map(write -> newer(write, stored.getOrDefault(write.imageId(), write)))
                .toList();
    }

    private static Write newer(Write write, Write stored) {
        return stored.version() >= write.version() ? stored : write;
    }

    private static byte[] lines(List<Write> writes, String versionType) {
        int room = writes.stream()
                .mapToInt(write -> write.json().length + ROOM_PER_ITEM)
                .sum();
        ByteArrayOutputStream out = new ByteArrayOutputStream(room);
        try {
            for (Write write : writes) {
                ByteArrayOutputStream action = new ByteArrayOutputStream(ROOM_PER_ITEM);
                try (JsonGenerator json = OpenSearchConnection.JSON.getFactory().createGenerator(action)) {
                    json.writeStartObject();
                    json.writeObjectFieldStart("index");
                    json.writeStringField("_id", write.documentId());
                    json.writeNumberField("version", write.version());
                    json.writeStringField("version_type", versionType);
                    json.writeEndObject();
                    json.writeEndObject();
                }
                action.writeTo(out);
                out.write(LINE_END);
                out.write(write.json());
                out.write(LINE_END);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
        return out.toByteArray();
    }
}
