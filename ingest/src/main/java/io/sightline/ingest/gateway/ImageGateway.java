package io.sightline.ingest.gateway;

import io.sightline.http.ApiException;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.LabelEvent;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes image and label events, each only if it says something new: a client that repeats a request, or a load that
 * is run again, sends nothing twice. Returns when all in-sync replicas have the event. Thread-safe.
 */
final class ImageGateway implements AutoCloseable {

    /** The directory follows the topics within milliseconds; this bridges the gap for what was sent here. */
    private static final int REMEMBERED = 100_000;

    private final Producer<String, SpecificRecord> producer;
    private final ImageDirectory directory;
    private final Clock clock;
    private final Map<String, Optional<KnownImage>> sentImages = remembered();
    private final Map<String, Optional<String>> sentLabels = remembered();

    ImageGateway(KafkaConnection connection, RecordSerdes serdes, Path stateDirectory, Clock clock) {
        this.clock = clock;
        this.directory = new ImageDirectory(connection, serdes, stateDirectory);
        Serializer<ImageEvent> images = serdes.serializer(ImageEvent.class);
        Serializer<LabelEvent> labels = serdes.serializer(LabelEvent.class);
        this.producer = new KafkaProducer<>(
                connection.producer("sightline-ingest"), new StringSerializer(), (topic, event) -> switch (event) {
                    case ImageEvent image -> images.serialize(topic, image);
                    case LabelEvent label -> labels.serialize(topic, label);
                    default -> throw new IllegalArgumentException("not an event of the gateway: " + event);
                });
    }

    /**
     * Where an event lies.
     *
     * @param sent false if an equal event was there already
     */
    record Receipt(int partition, long offset, boolean sent) {}

    /** Writes an image event, unless content and tags are what the newest one says. */
    Receipt putImage(String id, ImageEvent event) {
        String fingerprint = KnownImage.fingerprint(event);
        Optional<KnownImage> known = image(id);
        if (known.isPresent() && known.get().fingerprint().equals(fingerprint)) {
            return new Receipt(known.get().partition(), known.get().offset(), false);
        }
        RecordMetadata written = acknowledged(send(Topics.IMAGES, id, event));
        remember(sentImages, id, Optional.of(new KnownImage(fingerprint, written.partition(), written.offset())));
        return new Receipt(written.partition(), written.offset(), true);
    }

    /** Deletes an image and its label. */
    void deleteImage(String id) {
        requireKnown(id);
        Future<RecordMetadata> image = send(Topics.IMAGES, id, null);
        Future<RecordMetadata> label = send(Topics.LABELS, id, null);
        acknowledged(image);
        acknowledged(label);
        remember(sentImages, id, Optional.empty());
        remember(sentLabels, id, Optional.empty());
    }

    /** Labels a known image, unless the label is what it has. */
    boolean putLabel(String id, String label, String labeller) {
        requireKnown(id);
        if (label(id).equals(Optional.of(label))) {
            return false;
        }
        acknowledged(send(Topics.LABELS, id, new LabelEvent(label, labeller, clock.instant())));
        remember(sentLabels, id, Optional.of(label));
        return true;
    }

    /** Withdraws the label of a known image. */
    void deleteLabel(String id) {
        requireKnown(id);
        if (label(id).isEmpty()) {
            throw new ApiException(404, "no-label", "image '" + id + "' has no label");
        }
        acknowledged(send(Topics.LABELS, id, null));
        remember(sentLabels, id, Optional.empty());
    }

    @Override
    public void close() {
        producer.close();
        directory.close();
    }

    private void requireKnown(String id) {
        if (image(id).isEmpty()) {
            throw new ApiException(
                    404,
                    "unknown-image",
                    "there is no image '" + id + "': post it first; an image of another producer is known here within"
                            + " about a second");
        }
    }

    private Optional<KnownImage> image(String id) {
        return recall(sentImages, id).orElseGet(() -> directory.image(id));
    }

    private Optional<String> label(String id) {
        return recall(sentLabels, id).orElseGet(() -> directory.label(id));
    }

    private Future<RecordMetadata> send(String topic, String id, @Nullable SpecificRecord event) {
        return producer.send(new ProducerRecord<>(topic, id, event));
    }

    private static RecordMetadata acknowledged(Future<RecordMetadata> written) {
        try {
            return written.get();
        } catch (ExecutionException e) {
            throw new ApiException(
                    503, "not-acknowledged", "the brokers did not take the event: " + e.getCause() + "; send it again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException(503, "not-acknowledged", "the gateway is stopping; send it again");
        }
    }

    private static <T> Map<String, Optional<T>> remembered() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Optional<T>> eldest) {
                return size() > REMEMBERED;
            }
        };
    }

    private static <T> void remember(Map<String, Optional<T>> memory, String id, Optional<T> value) {
        synchronized (memory) {
            memory.put(id, value);
        }
    }

    private static <T> Optional<Optional<T>> recall(Map<String, Optional<T>> memory, String id) {
        synchronized (memory) {
            return Optional.ofNullable(memory.get(id));
        }
    }
}
