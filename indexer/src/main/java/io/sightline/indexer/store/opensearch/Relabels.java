package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.indexer.store.EmbeddedImage;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Labels that wait to be written into their images. A document is written as a whole, so it is read first, as it was
 * written last, searchable or not: many at a time, behind all writes that came before. Thread-safe.
 */
final class Relabels {

    private static final int MOST = 500;

    private final BulkWriter writer;
    private final Documents documents;
    private final Clock clock;
    private Map<String, Label> waiting = new LinkedHashMap<>();

    /** A label and the offset behind it. */
    private record Label(@Nullable String text, long offset) {}

    Relabels(BulkWriter writer, Documents documents, Clock clock) {
        this.writer = writer;
        this.documents = documents;
        this.clock = clock;
    }

    synchronized void add(String id, @Nullable String label, long offset) {
        Label other = waiting.get(id);
        if (other == null || offset > other.offset) {
            waiting.put(id, new Label(label, offset));
        }
        if (waiting.size() >= MOST) {
            resolve();
        }
    }

    /** Before another write to an image: the label is for what it replaces. */
    synchronized void resolve(String id) {
        if (waiting.containsKey(id)) {
            resolve();
        }
    }

    /** Adds all that wait to the writes. */
    synchronized void resolve() {
        if (waiting.isEmpty()) {
            return;
        }
        writer.flush();
        Map<String, Label> labels = waiting;
        List<Write> writes = new ArrayList<>();
        for (JsonNode source : documents.newest(labels.keySet())) {
            Label label = labels.get(ImageJson.id(source));
            if (label != null && ImageJson.isImage(source)) {
                EmbeddedImage image = ImageJson.image(source);
                // The same one again too: who wrote it may have ended before a second copy had it.
                if (label.offset >= image.image().revision().label()) {
                    writes.add(Write.of(image.withLabel(label.text, label.offset), clock.instant()));
                }
            }
        }
        waiting = new LinkedHashMap<>();
        writes.forEach(writer::add);
    }
}
