package io.sightline.ingest.gateway;

import com.google.common.util.concurrent.Striped;
import io.opentelemetry.context.Context;
import io.sightline.embedder.erasure.Erasures;
import io.sightline.embedder.erasure.Holder;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.embedder.payload.PayloadStore;
import io.sightline.embedder.payload.PayloadUnavailableException;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.http.ApiException;
import io.sightline.http.HealthCheck;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.LabelEvent;
import io.sightline.schemas.tracing.Tracing;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes image and label events, each only if it says something new: a client that repeats a request, or a load that
 * is run again, sends nothing twice. Returns when all in-sync replicas have the event. What is too large for an event is
 * in the payload store before the event is written: of a request that fails in between, an unused payload is left and
 * no event without one. Thread-safe.
 */
final class ImageGateway implements AutoCloseable {

    /** The directory follows the topics within milliseconds; this bridges the gap for what was sent here. */
    private static final int REMEMBERED = 100_000;

    private static final int LOCKS = 256;

    private final Producer<String, byte[]> producer;
    private final Serializer<ImageEvent> images;
    private final Serializer<LabelEvent> labels;
    private final Erasures erasures;
    private final ImageDirectory directory;
    private final GatewayHealth health;
    private final IngestMeters meters;
    private final Telemetry.Watch watch;
    private final PayloadStore payloads;
    private final int inlineMaxBytes;
    private final Clock clock;
    private final Striped<Lock> locks = Striped.lock(LOCKS);
    private final Map<String, Sent<KnownImage>> sentImages = remembered();
    private final Map<String, Sent<String>> sentLabels = remembered();

    ImageGateway(
            KafkaConnection connection,
            RecordSerdes serdes,
            PayloadSettings payloads,
            Path stateDirectory,
            Telemetry telemetry,
            IngestMeters meters,
            Clock clock) {
        this.meters = meters;
        this.payloads = payloads.openStore();
        this.inlineMaxBytes = payloads.inlineMaxBytes();
        this.clock = clock;
        this.erasures = Erasures.open(connection, serdes, clock);
        this.directory = new ImageDirectory(connection, serdes, stateDirectory, erasures::announce, telemetry, clock);
        this.health = new GatewayHealth(directory::state, erasures);
        this.images = serdes.serializer(ImageEvent.class);
        this.labels = serdes.serializer(LabelEvent.class);
        this.producer = new KafkaProducer<>(
                connection.producer("sightline-ingest"), new StringSerializer(), new ByteArraySerializer());
        this.watch = telemetry.watch(producer);
        List<Holder> places = List.of(
                new ForgottenImages(directory, stateDirectory), new ErasedPayloads(directory, this.payloads, clock));
        erasures.start(() -> places);
    }

    /**
     * Where an event lies.
     *
     * @param sent false if an equal event was there already
     */
    record Receipt(int partition, long offset, boolean sent) {}

    /**
     * Writes an image event, unless content and tags are what the newest one says and its payload, if it has one, is there.
     *
     * @param trace that the event is part of
     */
    Receipt putImage(String id, NewImage image, Context trace) {
        String fingerprint = KnownImage.fingerprint(Sha256.hex(image.content()), image.contentType(), image.tags());
        return alone(id, () -> {
            Optional<KnownImage> known =
                    image(id).filter(newest -> newest.fingerprint().equals(fingerprint));
            if (known.isPresent() && isReadable(known.get(), image.content())) {
                return new Receipt(known.get().partition(), known.get().offset(), false);
            }
            ImageEvent event = new ImageEvent(
                    payload(image.content()), image.contentType(), image.tags(), image.source(), clock.instant());
            RecordMetadata written =
                    acknowledged(send(Topics.IMAGES, id, images.serialize(Topics.IMAGES, event), trace));
            remember(sentImages, id, written, Optional.of(KnownImage.of(event, written.partition(), written.offset())));
            return new Receipt(written.partition(), written.offset(), true);
        });
    }

    /** A lost or damaged payload may have made a dead letter of its event: the image then needs another. */
    private boolean isReadable(KnownImage known, byte[] content) {
        try {
            return !known.byReference() || payloads.holds(content);
        } catch (PayloadUnavailableException e) {
            throw unavailable(e);
        }
    }

    /** What the event carries of a content: all of it, or where it was stored. */
    private Object payload(byte[] content) {
        if (content.length <= inlineMaxBytes) {
            return new InlinePayload(ByteBuffer.wrap(content));
        }
        try {
            Object reference = payloads.put(content);
            meters.payloadStored();
            return reference;
        } catch (PayloadUnavailableException e) {
            throw unavailable(e);
        } catch (RejectedImageException e) {
            throw new ApiException(413, "oversize", String.valueOf(e.getMessage()));
        }
    }

    private static ApiException unavailable(PayloadUnavailableException e) {
        return new ApiException(503, "payload-store-unavailable", e.getMessage() + "; then send the image again");
    }

    /** Deletes an image and its label. */
    void deleteImage(String id) {
        alone(id, () -> {
            requireKnown(id);
            Future<RecordMetadata> image = send(Topics.IMAGES, id, null, Context.root());
            Future<RecordMetadata> label = send(Topics.LABELS, id, null, Context.root());
            remember(sentImages, id, acknowledged(image), Optional.empty());
            remember(sentLabels, id, acknowledged(label), Optional.empty());
            return true;
        });
    }

    /** Labels a known image, unless the label is what it has; returns whether anything was written. */
    boolean putLabel(String id, String label, String labeller) {
        return alone(id, () -> {
            requireKnown(id);
            if (label(id).equals(Optional.of(label))) {
                return false;
            }
            LabelEvent event = new LabelEvent(label, labeller, clock.instant());
            RecordMetadata written =
                    acknowledged(send(Topics.LABELS, id, labels.serialize(Topics.LABELS, event), Context.root()));
            remember(sentLabels, id, written, Optional.of(label));
            return true;
        });
    }

    /** Withdraws the label of a known image. */
    void deleteLabel(String id) {
        alone(id, () -> {
            requireKnown(id);
            if (label(id).isEmpty()) {
                throw new ApiException(404, "no-label", "image '" + id + "' has no label");
            }
            remember(sentLabels, id, acknowledged(send(Topics.LABELS, id, null, Context.root())), Optional.empty());
            return true;
        });
    }

    /** What only a restart mends. */
    List<HealthCheck> liveness() {
        return health.liveness();
    }

    /** Whether requests can be served, as observed. */
    List<HealthCheck> readiness() {
        return health.readiness();
    }

    @Override
    public void close() {
        producer.close();
        watch.close();
        directory.close();
        erasures.close();
    }

    /** One request at a time for an id: what is looked up is still so when the event is written. */
    private <T> T alone(String id, Supplier<T> action) {
        Lock lock = locks.get(id);
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
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
        Sent<KnownImage> sent = recall(sentImages, id);
        return sent == null || isApplied(Topics.IMAGES, sent) ? directory.image(id) : sent.value;
    }

    private Optional<String> label(String id) {
        Sent<String> sent = recall(sentLabels, id);
        return sent == null || isApplied(Topics.LABELS, sent) ? directory.label(id) : sent.value;
    }

    private boolean isApplied(String topic, Sent<?> sent) {
        return directory.hasApplied(topic, sent.partition, sent.offset);
    }

    private Future<RecordMetadata> send(String topic, String id, byte @Nullable [] value, Context trace) {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, id, value);
        Tracing.write(trace, record.headers());
        return producer.send(record);
    }

    private RecordMetadata acknowledged(Future<RecordMetadata> written) {
        long start = System.nanoTime();
        try {
            RecordMetadata metadata = written.get();
            meters.acknowledged(Duration.ofNanos(System.nanoTime() - start));
            return metadata;
        } catch (ExecutionException e) {
            throw new ApiException(
                    503, "not-acknowledged", "the brokers did not take the event: " + e.getCause() + "; send it again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException(503, "not-acknowledged", "the gateway is stopping; send it again");
        }
    }

    /** What was sent from here, and where it lies; an empty value is a deletion. */
    private record Sent<T>(int partition, long offset, Optional<T> value) {}

    private static <T> Map<String, Sent<T>> remembered() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Sent<T>> eldest) {
                return size() > REMEMBERED;
            }
        };
    }

    private static <T> void remember(
            Map<String, Sent<T>> memory, String id, RecordMetadata written, Optional<T> value) {
        synchronized (memory) {
            memory.put(id, new Sent<>(written.partition(), written.offset(), value));
        }
    }

    private static <T> @Nullable Sent<T> recall(Map<String, Sent<T>> memory, String id) {
        synchronized (memory) {
            return memory.get(id);
        }
    }
}
