package io.sightline.trainer.replay;

import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.schemas.Topics;
import io.sightline.schemas.UndecodableRecordException;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.LabelEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the replay buffer and its changelog in step with the joined stream. On start the buffer is filled from the
 * restored store. An image that cannot be decoded is left out: the embedder's lane has made it a dead letter.
 */
final class ReplayProcessor implements Processor<String, LabelledImage, Void, Void> {

    /** Its name changes with the format of its values. */
    static final String STORE = "replay-items";

    private static final Logger LOG = LoggerFactory.getLogger(ReplayProcessor.class);

    private final ReplayBuffer buffer;
    private final Preprocessor preprocessor;
    private final Deserializer<ImageEvent> images;
    private final Deserializer<LabelEvent> labels;
    private ProcessorContext<Void, Void> context;
    private KeyValueStore<String, byte[]> store;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    ReplayProcessor(
            ReplayBuffer buffer,
            Preprocessor preprocessor,
            Deserializer<ImageEvent> images,
            Deserializer<LabelEvent> labels) {
        this.buffer = buffer;
        this.preprocessor = preprocessor;
        this.images = images;
        this.labels = labels;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        this.context = context;
        this.store = context.getStateStore(STORE);
        buffer.drop(partition());
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> entry = all.next();
                ReplayItem item = decode(entry.key, entry.value);
                if (item.pixels().length == preprocessor.preprocessing().bytes()) {
                    buffer.put(partition(), item).forEach(store::delete);
                }
            }
        }
    }

    @Override
    public void process(Record<String, LabelledImage> record) {
        String id = record.key();
        Optional<ReplayItem> item = Optional.ofNullable(record.value()).flatMap(labelled -> decode(id, labelled));
        // Content and offset change together: a snapshot's offsets are those of what is in it.
        synchronized (buffer) {
            context.recordMetadata()
                    .ifPresent(origin -> buffer.seen(origin.topic(), origin.partition(), origin.offset() + 1));
            if (item.isPresent()) {
                store.put(id, encode(item.get()));
                buffer.put(partition(), item.get()).forEach(store::delete);
            } else {
                store.delete(id);
                buffer.remove(partition(), id);
            }
        }
    }

    @Override
    public void close() {
        buffer.drop(partition());
    }

    private Optional<ReplayItem> decode(String id, LabelledImage labelled) {
        try {
            ImageEvent event = images.deserialize(Topics.IMAGES, labelled.imageEvent());
            String label =
                    labels.deserialize(Topics.LABELS, labelled.labelEvent()).getLabel();
            if (!(event.getPayload() instanceof InlinePayload inline)) {
                return Optional.empty();
            }
            ByteBuffer content = inline.getContent().duplicate();
            byte[] encoded = new byte[content.remaining()];
            content.get(encoded);
            return Optional.of(
                    new ReplayItem(id, label, event.getEventTime().toEpochMilli(), preprocessor.pixels(encoded)));
        } catch (RejectedImageException | UndecodableRecordException e) {
            LOG.debug("image {} is left out of training: {}", id, e.getMessage());
            return Optional.empty();
        }
    }

    private int partition() {
        return context.taskId().partition();
    }

    /** Event time (int64), length of the label (int32), label in UTF-8, pixels. */
    static byte[] encode(ReplayItem item) {
        byte[] label = item.label().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + Integer.BYTES + label.length + item.pixels().length)
                .putLong(item.eventMillis())
                .putInt(label.length)
                .put(label)
                .put(item.pixels())
                .array();
    }

    static ReplayItem decode(String id, byte[] value) {
        ByteBuffer buffer = ByteBuffer.wrap(value);
        long eventMillis = buffer.getLong();
        byte[] label = new byte[buffer.getInt()];
        buffer.get(label);
        byte[] pixels = new byte[buffer.remaining()];
        buffer.get(pixels);
        return new ReplayItem(id, new String(label, StandardCharsets.UTF_8), eventMillis, pixels);
    }
}
