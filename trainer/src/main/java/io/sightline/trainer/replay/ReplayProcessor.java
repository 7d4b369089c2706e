package io.sightline.trainer.replay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Keeps the replay buffer and its changelog in step with the joined stream. On start the buffer is filled from the
 * restored store.
 *
 * <p>On failure: an image whose payload cannot be read for long ends the thread, before anything of its record is
 * visible; the thread that replaces it reads the record again.
 */
final class ReplayProcessor implements Processor<String, LabelledImage, Void, Void> {

    /** Its name changes with the format of its values. */
    static final String STORE = "replay-items";

    private final ReplayBuffer buffer;
    private final ReplayItemReader items;
    private ProcessorContext<Void, Void> context;
    private KeyValueStore<String, byte[]> store;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    ReplayProcessor(ReplayBuffer buffer, ReplayItemReader items) {
        this.buffer = buffer;
        this.items = items;
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
                if (item.pixels().length == items.pixelBytes()) {
                    buffer.put(partition(), item).forEach(store::delete);
                }
            }
        }
    }

    @Override
    public void process(Record<String, LabelledImage> record) {
        String id = record.key();
        Optional<ReplayItem> item = Optional.ofNullable(record.value()).flatMap(labelled -> items.read(id, labelled));
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
