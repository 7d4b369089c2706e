package io.sightline.embedder.lanes;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.sightline.embedder.erasure.ErasureLedger;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.schemas.LogKeys;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.Topics;
import io.sightline.schemas.UndecodableRecordException;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.PayloadReference;
import io.sightline.schemas.tracing.Tracing;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Embeds the images of one partition. Records are fetched, decoded and inferred elsewhere, several at a time; their
 * results are forwarded here in the order of the records, when the next record arrives or a punctuation looks for them.
 *
 * <p>On failure: a record that can never be embedded becomes a dead letter, and a tombstone removes its image from
 * this space, since its newest content is not there. A payload that cannot be read now is waited for: our own store
 * without end, a stranger's host until its time is over, which makes a dead letter. A registry that is away, or a
 * payload or an inference that does not come while the pipeline is full, gives the task up before anything of the record
 * is visible; whoever takes the partition over does it again.
 */
final class EmbedProcessor implements Processor<String, byte[], String, LaneOutput> {

    private static final Logger LOG = LoggerFactory.getLogger(EmbedProcessor.class);

    static final String EMBEDDINGS = "embeddings";
    static final String DEAD_LETTERS = "dead-letters";

    private static final Duration LOOK_FOR_RESULTS = Duration.ofMillis(5);
    /**
     * Above what a stranger's host is waited for by default. If that is set to more, or a transaction ends meanwhile, the
     * record is done again, and the host's time runs on where it was.
     */
    private static final Duration OUTCOME_TIMEOUT = Duration.ofSeconds(60);

    private final LaneParts parts;
    private final Deque<PendingImage> inFlight = new ArrayDeque<>();
    private final Supplier<OptionalLong> oldestInFlight = this::oldestInFlight;
    private long bytesInFlight;
    private @Nullable Cancellable punctuation;
    private ProcessorContext<String, LaneOutput> context;
    private TopicPartition partition;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    EmbedProcessor(LaneParts parts) {
        this.parts = parts;
    }

    @Override
    public void init(ProcessorContext<String, LaneOutput> context) {
        this.context = context;
        this.partition = new TopicPartition(parts.inputTopic(), context.taskId().partition());
        // Kafka Streams initialises an instance again when it revives a task.
        inFlight.clear();
        holdBytes(-bytesInFlight);
        parts.watermarks().register(partition, oldestInFlight);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        RecordMetadata origin = context.recordMetadata().orElseThrow();
        while (!inFlight.isEmpty() && isFull()) {
            forwardHead();
        }
        PendingImage pending = start(record, origin);
        inFlight.add(pending);
        holdBytes(pending.bytes());
        forwardCompleted();
    }

    /** A full pipeline keeps the task here, with the oldest record, until there is room; heartbeats go on meanwhile. */
    private boolean isFull() {
        return inFlight.size() >= parts.maxInFlight()
                || bytesInFlight > parts.maxBytesInFlight()
                || parts.budget().isSpent(parts.batcher().isBackfilling());
    }

    private void holdBytes(long change) {
        bytesInFlight += change;
        parts.budget().take(change);
        parts.meters().inFlight(change);
    }

    @Override
    public void close() {
        parts.watermarks().unregister(partition, oldestInFlight);
        stopPunctuation();
        inFlight.forEach(PendingImage::giveUp);
        inFlight.clear();
        holdBytes(-bytesInFlight);
    }

    private OptionalLong oldestInFlight() {
        PendingImage head = inFlight.peek();
        return head == null ? OptionalLong.empty() : OptionalLong.of(head.offset);
    }

    private PendingImage start(Record<String, byte[]> record, RecordMetadata origin) {
        byte[] value = record.value();
        Context trace = Tracing.read(record.headers());
        // Of an image that was erased nothing is made any more, and its payload may be gone: its tombstone comes
        // behind.
        if (value == null || parts.erasures().isErased(record.key(), origin.partition(), origin.offset())) {
            return PendingImage.done(record, origin.offset(), trace, new Outcome.Deleted());
        }
        ImageEvent event;
        try {
            event = parts.imageEvents().deserialize(origin.topic(), value);
        } catch (UndecodableRecordException e) {
            return PendingImage.done(
                    record,
                    origin.offset(),
                    trace,
                    new Outcome.Rejected(DeadLetterReason.SCHEMA, String.valueOf(e.getMessage()), e));
        }
        PendingImage pending = new PendingImage(
                record, origin.offset(), event, new CompletableFuture<>(), referencedBytes(event), trace, span(trace));
        try {
            read(pending, event);
        } catch (RuntimeException | Error e) {
            // It is not in flight yet, so nobody else would end its span.
            pending.giveUp();
            throw e;
        }
        return pending;
    }

    private void read(PendingImage pending, ImageEvent event) {
        // What is known by the hash that its event says need not be fetched.
        if (!(event.getPayload() instanceof PayloadReference reference)
                || !completeIfKnown(pending, reference.getSha256())) {
            parts.contents()
                    .read(
                            event,
                            pending.outcome,
                            () -> parts.batcher().expect(pending.outcome),
                            content -> decode(pending, event, content));
        }
    }

    /** A back-fill continues no trace: what it embeds again was ingested long ago. */
    private Span span(Context trace) {
        return parts.batcher().isBackfilling()
                ? Span.getInvalid()
                : parts.tracing().proceed("embed", SpanKind.CONSUMER, trace);
    }

    /** What the event says, within what is read at all: it may say anything. */
    private long referencedBytes(ImageEvent event) {
        return event.getPayload() instanceof PayloadReference reference
                ? Math.clamp(
                        reference.getSize(), 0L, parts.preprocessor().limits().maxBytes())
                : 0;
    }

    /** A content that was fetched has the hash that its reference says. */
    private static String contentSha256(ImageEvent event, byte[] content) {
        return event.getPayload() instanceof PayloadReference reference ? reference.getSha256() : Sha256.hex(content);
    }

    private boolean completeIfKnown(PendingImage pending, String contentSha256) {
        pending.contentSha256 = contentSha256;
        float[] known = parts.known().find(contentSha256);
        if (known == null) {
            return false;
        }
        parts.meters().foundKnown();
        pending.outcome.complete(new Outcome.Embedded(known));
        return true;
    }

    private void decode(PendingImage pending, ImageEvent event, byte[] content) {
        if (pending.outcome.isDone()) {
            return;
        }
        try {
            if (completeIfKnown(pending, contentSha256(event, content))) {
                return;
            }
            long start = System.nanoTime();
            byte[] pixels = parts.preprocessor().pixels(content);
            parts.meters().decoded(Duration.ofNanos(System.nanoTime() - start));
            parts.batcher().submit(pixels, pending.outcome, pending.span);
        } catch (RejectedImageException e) {
            pending.outcome.complete(Outcome.Rejected.because(e));
        } catch (RuntimeException | Error e) {
            pending.outcome.completeExceptionally(e);
        }
    }

    private void forwardCompleted() {
        while (!inFlight.isEmpty() && inFlight.peek().outcome.isDone()) {
            forwardHead();
        }
        if (inFlight.isEmpty()) {
            stopPunctuation();
        } else if (punctuation == null) {
            // Only while something is in flight: a permanent one makes an idle application commit for ever.
            punctuation =
                    context.schedule(LOOK_FOR_RESULTS, PunctuationType.WALL_CLOCK_TIME, now -> forwardCompleted());
        }
    }

    private void forwardHead() {
        PendingImage head = inFlight.element();
        Outcome outcome = await(head);
        if (outcome instanceof Outcome.Rejected && isErased(head)) {
            outcome = new Outcome.Deleted();
        }
        switch (outcome) {
            case Outcome.Deleted deleted -> forward(head, EMBEDDINGS, null, Context.root());
            case Outcome.Embedded embedded -> {
                parts.known().put(head.contentSha256, embedded.vector());
                forward(
                        head,
                        EMBEDDINGS,
                        LaneOutputs.embedding(parts.version(), partition, head, embedded),
                        head.passedOn());
                parts.meters().embedded(Duration.ofNanos(System.nanoTime() - head.arrived));
            }
            case Outcome.Rejected rejected -> {
                parts.meters().gaveUp(rejected.reason());
                long now = context.currentSystemTimeMs();
                forward(
                        head,
                        DEAD_LETTERS,
                        LaneOutputs.deadLetter(parts.version(), partition, head, rejected, now),
                        head.trace);
                forward(head, EMBEDDINGS, null, Context.root());
                noteDeadLetter(head, rejected);
            }
        }
        inFlight.remove();
        head.span.end();
        holdBytes(-head.bytes());
    }

    private void noteDeadLetter(PendingImage pending, Outcome.Rejected rejected) {
        pending.span.setStatus(StatusCode.ERROR, rejected.reason().name());
        LOG.atInfo()
                .addKeyValue(LogKeys.VERSION, parts.version())
                .addKeyValue(LogKeys.TOPIC, partition.topic())
                .addKeyValue(LogKeys.PARTITION, partition.partition())
                .addKeyValue(LogKeys.OFFSET, pending.offset)
                .addKeyValue(LogKeys.IMAGE_ID, pending.record.key())
                .addKeyValue(LogKeys.REASON, rejected.reason())
                .addKeyValue(LogKeys.TRACE_ID, Tracing.traceId(pending.trace))
                .log("an image became a dead letter");
    }

    /** Its payload may have gone while it waited for it: that is no loss. */
    private boolean isErased(PendingImage pending) {
        return parts.erasures().isErased(pending.record.key(), partition.partition(), pending.offset);
    }

    private Outcome await(PendingImage pending) {
        try {
            return pending.outcome.get(OUTCOME_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | CancellationException | ExecutionException e) {
            throw new TaskMigratedException(
                    "no embedding of " + partition + "@" + pending.offset + " from " + parts.version()
                            + "; the record will be embedded by the next owner of the partition",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TaskMigratedException("interrupted while embedding " + partition + "@" + pending.offset, e);
        }
    }

    private void forward(PendingImage pending, String child, @Nullable SpecificRecord value, Context trace) {
        LaneOutput output = new LaneOutput(partition.partition(), value);
        Record<String, LaneOutput> record = new Record<>(pending.record.key(), output, pending.record.timestamp());
        Tracing.write(trace, record.headers());
        long start = System.nanoTime();
        context.forward(record, child);
        parts.meters().produced(Duration.ofNanos(System.nanoTime() - start));
    }

    private void stopPunctuation() {
        if (punctuation != null) {
            punctuation.cancel();
            punctuation = null;
        }
    }

    /** What a processor needs of its lane. */
    record LaneParts(
            String version,
            String inputTopic,
            Deserializer<ImageEvent> imageEvents,
            ContentReader contents,
            Preprocessor preprocessor,
            MicroBatcher batcher,
            Watermarks watermarks,
            VectorCache known,
            LaneMeters meters,
            InFlightBudget budget,
            ErasureLedger erasures,
            Tracing tracing,
            int maxInFlight,
            long maxBytesInFlight) {

        /** As the settings say, reading the images topic. */
        static LaneParts of(
                String version,
                LaneSettings settings,
                RecordSerdes serdes,
                ContentReader contents,
                Preprocessor preprocessor,
                MicroBatcher batcher,
                Watermarks watermarks,
                LaneMeters meters,
                InFlightBudget budget,
                ErasureLedger erasures,
                Tracing tracing) {
            return new LaneParts(
                    version,
                    Topics.IMAGES,
                    serdes.deserializer(ImageEvent.class),
                    contents,
                    preprocessor,
                    batcher,
                    watermarks,
                    new VectorCache(settings.knownVectors()),
                    meters,
                    budget,
                    erasures,
                    tracing,
                    settings.maxInFlight(),
                    settings.maxBytesInFlight());
        }
    }
}
