package io.sightline.indexer.indexing;

import io.sightline.schemas.UndecodableRecordException;
import io.sightline.schemas.avro.LabelEvent;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * The newest label of each image, in memory (id and label, some hundred bytes an image): labels belong to images, not to
 * versions, and a relabel must not embed anything again. Not thread-safe.
 */
final class Labels {

    private static final Label NONE = new Label(null, 0);

    private final Deserializer<LabelEvent> events;
    private final Map<String, Label> newest = new HashMap<>();
    private final Map<String, Label> changed = new LinkedHashMap<>();

    Labels(Deserializer<LabelEvent> events) {
        this.events = events;
    }

    /**
     * What an image is labelled with.
     *
     * @param text class, null for none
     * @param offset behind the label event, 0 if there was none
     */
    record Label(@Nullable String text, long offset) {}

    /**
     * Takes a label event in.
     *
     * @param isNews whether the documents may not have it yet
     */
    void read(ConsumerRecord<String, byte[]> record, boolean isNews) throws UndecodableRecordException {
        @Nullable
        String text = record.value() == null
                ? null
                : events.deserialize(record.topic(), record.value()).getLabel();
        Label label = new Label(text, record.offset() + 1);
        if (text == null) {
            newest.remove(record.key());
        } else {
            newest.put(record.key(), label);
        }
        if (isNews) {
            changed.put(record.key(), label);
        }
    }

    /** The newest label of an image that was read. */
    Label of(String id) {
        return newest.getOrDefault(id, NONE);
    }

    /** The news since this was asked last, by id. */
    Map<String, Label> takeChanged() {
        Map<String, Label> taken = new LinkedHashMap<>(changed);
        changed.clear();
        return taken;
    }
}
