package io.sightline.trainer.replay;

import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.payload.PayloadUnavailableException;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.UndecodableRecordException;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.LabelEvent;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * From a labelled image to what training needs of it. An image that can never be decoded is left out: the embedder's lane
 * has made it a dead letter. Thread-safe.
 */
final class ReplayItemReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReplayItemReader.class);

    private final Preprocessor preprocessor;
    private final PayloadReader payloads;
    private final Duration patience;
    private final Deserializer<ImageEvent> images;
    private final Deserializer<LabelEvent> labels;
    private volatile boolean closed;

    /**
     * Preprocessor and payloads are used, and not closed.
     *
     * @param patience how long a payload that cannot be read is waited for
     */
    ReplayItemReader(Preprocessor preprocessor, PayloadReader payloads, RecordSerdes serdes, Duration patience) {
        this.preprocessor = preprocessor;
        this.payloads = payloads;
        this.patience = patience;
        this.images = serdes.deserializer(ImageEvent.class);
        this.labels = serdes.deserializer(LabelEvent.class);
    }

    /** Length of every item's pixels. */
    int pixelBytes() {
        return preprocessor.preprocessing().bytes();
    }

    /**
     * Reads an image; blocks while its payload cannot be read.
     *
     * @return empty if it can never be decoded, or its payload is not there or was given up
     * @throws UncheckedIOException if patience ended, or this was closed, before the payload could be read
     */
    Optional<ReplayItem> read(String id, LabelledImage labelled) {
        try {
            ImageEvent event = images.deserialize(Topics.IMAGES, labelled.imageEvent());
            String label =
                    labels.deserialize(Topics.LABELS, labelled.labelEvent()).getLabel();
            byte[] content = payloads.content(event, patiently(), () -> {});
            return Optional.of(
                    new ReplayItem(id, label, event.getEventTime().toEpochMilli(), preprocessor.pixels(content)));
        } catch (RejectedImageException e) {
            // What was given up may come back: with the next event or label of the image it is read again.
            LOG.atLevel(e.reason() == DeadLetterReason.PAYLOAD_MISSING ? Level.WARN : Level.DEBUG)
                    .log("image {} is left out of training: {}", id, e.getMessage());
            return Optional.empty();
        } catch (UndecodableRecordException e) {
            LOG.debug("image {} is left out of training: {}", id, e.getMessage());
            return Optional.empty();
        } catch (PayloadUnavailableException e) {
            throw new UncheckedIOException(
                    "image '" + id + "' cannot be trained on yet and will be read again: " + e.getMessage(), e);
        }
    }

    /** Ends all waits within some seconds. */
    @Override
    public void close() {
        closed = true;
    }

    private BooleanSupplier patiently() {
        long end = System.nanoTime() + patience.toNanos();
        return () -> !closed && System.nanoTime() - end < 0;
    }
}
