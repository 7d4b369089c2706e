package io.sightline.embedder.lanes;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.sightline.schemas.avro.ImageEvent;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** A record of the images topic whose result has not been forwarded yet. For one task, but for its outcome. */
final class PendingImage {

    final Record<String, byte[]> record;
    final long offset;
    final @Nullable ImageEvent event;
    final CompletableFuture<Outcome> outcome;
    /** That the record is part of; the root if it is part of none. */
    final Context trace;
    /** Of the time in the lane; invalid if there is no trace. */
    final Span span;

    final long arrived = System.nanoTime();
    /** Written before the outcome is completed or handed on to who completes it. */
    String contentSha256 = "";

    private final long bytes;

    PendingImage(
            Record<String, byte[]> record,
            long offset,
            @Nullable ImageEvent event,
            CompletableFuture<Outcome> outcome,
            long referencedBytes,
            Context trace,
            Span span) {
        this.record = record;
        this.offset = offset;
        this.event = event;
        this.outcome = outcome;
        this.trace = trace;
        this.span = span;
        this.bytes = referencedBytes + (record.value() == null ? 0 : record.value().length);
    }

    static PendingImage done(Record<String, byte[]> record, long offset, Context trace, Outcome outcome) {
        return new PendingImage(
                record, offset, null, CompletableFuture.completedFuture(outcome), 0, trace, Span.getInvalid());
    }

    /** The trace that the embedding is part of: none if the lane back-fills. */
    Context passedOn() {
        return span.getSpanContext().isValid() ? Context.root().with(span) : Context.root();
    }

    long bytes() {
        return bytes;
    }

    /** Somebody else will embed it. */
    void giveUp() {
        outcome.cancel(false);
        span.end();
    }
}
