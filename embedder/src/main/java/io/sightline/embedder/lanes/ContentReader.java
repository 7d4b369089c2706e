package io.sightline.embedder.lanes;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.payload.PayloadUnavailableException;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.PayloadReference;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Brings the contents of one lane's events to the decoders. What an event refers to is fetched on virtual threads, which
 * may wait for as long as the payload store is away, or until a stranger's host is given up; the decoders never do.
 * Thread-safe.
 */
final class ContentReader implements AutoCloseable {

    private final PayloadReader payloads;
    private final Executor decoders;
    private final LaneMeters meters;
    private final ExecutorService fetchers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("payload-", 0).factory());

    /** The decoders are used, and not closed. */
    ContentReader(PayloadReader payloads, Executor decoders, LaneMeters meters) {
        this.payloads = payloads;
        this.decoders = decoders;
        this.meters = meters;
    }

    /**
     * Hands the content to a decoder, or says in the outcome why not: rejected if it can never be had, failed or cancelled
     * if this was closed first. Once the outcome is done, whoever did that, the content is not tried for again.
     *
     * @param arrived told when the content is there and a decoder will take it
     * @param decode runs on a decoder
     */
    void read(ImageEvent event, CompletableFuture<Outcome> outcome, Runnable arrived, Consumer<byte[]> decode) {
        if (!(event.getPayload() instanceof PayloadReference)) {
            arrived.run();
            decoders.execute(() -> fetch(event, outcome, decode));
            return;
        }
        try {
            fetchers.execute(() -> fetch(event, outcome, content -> {
                arrived.run();
                decoders.execute(() -> decode.accept(content));
            }));
        } catch (RejectedExecutionException e) {
            outcome.cancel(false);
        }
    }

    /** Ends all fetches, the waiting ones too: whoever waits for their outcomes waits no longer. */
    @Override
    public void close() {
        fetchers.shutdownNow();
    }

    private void fetch(ImageEvent event, CompletableFuture<Outcome> outcome, Consumer<byte[]> next) {
        if (outcome.isDone()) {
            return;
        }
        try {
            next.accept(payloads.content(event, () -> !outcome.isDone(), meters::payloadRetried));
        } catch (RejectedImageException e) {
            outcome.complete(Outcome.Rejected.because(e));
        } catch (PayloadUnavailableException | RuntimeException | Error e) {
            outcome.completeExceptionally(e);
        }
    }
}
