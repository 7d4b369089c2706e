package io.sightline.embedder.payload;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.PayloadReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From an image event to its content: out of the event, from the payload store if the content lies there, else by URL if
 * that is on. What was read last is kept in memory, for the lanes of two versions read the same images shortly after one
 * another; a payload that several threads ask for at once is fetched by one; at most {@value #FETCHES} are fetched at a
 * time from the store, and as many by URL. Thread-safe; one for a process.
 *
 * <p>On failure: who may wait is kept waiting, with pauses of 200 ms doubling to 10 s, for as long as it wants the content.
 * The store is waited for without end, since it is ours; a stranger's host for a limited time, see
 * {@link UrlFetchSettings#giveUpAfter()}.
 */
public final class PayloadReader {

    /** Fetches at a time from either place: what is in memory beside what its readers hold. */
    static final int FETCHES = 32;

    private static final Logger LOG = LoggerFactory.getLogger(PayloadReader.class);
    private static final Duration BETWEEN_WARNINGS = Duration.ofSeconds(30);

    private final @Nullable PayloadStore store;
    private final @Nullable UrlFetcher urls;
    private final PayloadCache cache;
    private final ConcurrentMap<PayloadCache.Key, CompletableFuture<byte[]>> running = new ConcurrentHashMap<>();
    /** Fair, so that those whose content nobody wants any more leave the queue. */
    private final Semaphore storeFetches = new Semaphore(FETCHES, true);

    /** Apart, so that hosts that do not answer keep nobody from the store. */
    private final Semaphore urlFetches = new Semaphore(FETCHES, true);

    private final AtomicLong nextWarning = new AtomicLong(System.nanoTime());

    /**
     * Nothing is read yet.
     *
     * @param store where ingest puts payloads, or null
     * @param urls null leaves fetching by URL off
     * @param cacheBytes bytes of payloads kept in memory; 0 keeps none
     * @throws IllegalArgumentException if that is negative
     */
    public PayloadReader(@Nullable PayloadStore store, @Nullable UrlFetcher urls, long cacheBytes) {
        this.store = store;
        this.urls = urls;
        this.cache = new PayloadCache(cacheBytes);
    }

    /**
     * The encoded image of an event, tried once. May block for as long as a fetch takes, unless the image is inline.
     *
     * @return perhaps shared with other callers; treat as immutable
     * @throws RejectedImageException if it can never be had; the reason says why
     * @throws PayloadUnavailableException if it cannot be had now; try again later
     */
    public byte[] content(ImageEvent event) throws RejectedImageException, PayloadUnavailableException {
        return event.getPayload() instanceof PayloadReference reference ? read(reference) : inline(event);
    }

    /**
     * The same, tried again with backoff until it can be had, is rejected or is not wanted any more. Blocks for as long.
     *
     * @param wanted asked before each try
     * @param onRetry told before each try but the first
     * @throws RejectedImageException if it can never be had, or its host was given up; the reason says why
     * @throws PayloadUnavailableException if it could not be had while it was wanted and the thread not interrupted
     */
    public byte[] content(ImageEvent event, BooleanSupplier wanted, Runnable onRetry)
            throws RejectedImageException, PayloadUnavailableException {
        if (!(event.getPayload() instanceof PayloadReference reference)) {
            return inline(event);
        }
        Backoff backoff = new Backoff();
        while (true) {
            try {
                return read(reference, wanted);
            } catch (PayloadUnavailableException e) {
                if (!wanted.getAsBoolean()) {
                    throw e;
                }
                warn(e);
                if (!backoff.pause() || !wanted.getAsBoolean()) {
                    throw e;
                }
                onRetry.run();
            }
        }
    }

    /** Forgets what is remembered of a content. Whoever still reads it may bring it back. */
    public void forget(String contentSha256) {
        cache.forget(contentSha256);
    }

    private boolean isStored(PayloadReference reference) {
        return store != null && store.owns(reference);
    }

    private static byte[] inline(ImageEvent event) {
        ByteBuffer buffer = ((InlinePayload) event.getPayload()).getContent().duplicate();
        byte[] content = new byte[buffer.remaining()];
        buffer.get(content);
        return content;
    }

    /** A store that is away fails every read: one warning now and then stands for all. */
    private void warn(PayloadUnavailableException failure) {
        long now = System.nanoTime();
        long next = nextWarning.get();
        if (now - next >= 0 && nextWarning.compareAndSet(next, now + BETWEEN_WARNINGS.toNanos())) {
            LOG.warn("images wait for their payloads, will retry: {}", failure.getMessage());
        }
    }

    /** The content, with the size and the SHA-256 that the reference says. */
    byte[] read(PayloadReference reference) throws RejectedImageException, PayloadUnavailableException {
        return read(reference, () -> true);
    }

    private byte[] read(PayloadReference reference, BooleanSupplier wanted)
            throws RejectedImageException, PayloadUnavailableException {
        PayloadCache.Key key = PayloadCache.Key.of(reference);
        byte[] cached = cache.get(key);
        if (cached != null) {
            return cached;
        }
        CompletableFuture<byte[]> mine = new CompletableFuture<>();
        CompletableFuture<byte[]> theirs = running.putIfAbsent(key, mine);
        return theirs == null ? fetch(key, reference, wanted, mine) : await(theirs, reference);
    }

    private byte[] fetch(
            PayloadCache.Key key, PayloadReference reference, BooleanSupplier wanted, CompletableFuture<byte[]> result)
            throws RejectedImageException, PayloadUnavailableException {
        try {
            // Whoever fetched it before cached it before giving the key up: look again.
            byte[] cached = cache.get(key);
            byte[] content = cached == null ? fetchInTurn(reference, wanted) : cached;
            cache.put(key, content);
            result.complete(content);
            return content;
        } catch (RejectedImageException | PayloadUnavailableException | RuntimeException | Error e) {
            result.completeExceptionally(e);
            throw e;
        } finally {
            running.remove(key, result);
        }
    }

    private byte[] fetchInTurn(PayloadReference reference, BooleanSupplier wanted)
            throws RejectedImageException, PayloadUnavailableException {
        Semaphore fetches = isStored(reference) ? storeFetches : urlFetches;
        try {
            fetches.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PayloadUnavailableException(
                    "interrupted before the payload " + ReferenceCheck.shown(reference.getUri()) + " was fetched", e);
        }
        try {
            if (!wanted.getAsBoolean()) {
                throw new PayloadUnavailableException("who asked first for the payload "
                        + ReferenceCheck.shown(reference.getUri()) + " does not want it any more");
            }
            return fetch(reference);
        } finally {
            fetches.release();
        }
    }

    private byte[] fetch(PayloadReference reference) throws RejectedImageException, PayloadUnavailableException {
        if (store != null && store.owns(reference)) {
            return store.get(reference);
        }
        if (urls != null) {
            return urls.get(reference);
        }
        throw new RejectedImageException(
                DeadLetterReason.PAYLOAD_MISSING,
                "the payload " + ReferenceCheck.shown(reference.getUri()) + " does not lie in "
                        + (store == null ? "a payload store, for none is set" : "the payload store " + store.base())
                        + ", and fetching by URL is off: send the image through ingest, set the payload store that"
                        + " ingest writes to, or turn on fetching by URL and allow its host");
    }

    private static byte[] await(CompletableFuture<byte[]> theirs, PayloadReference reference)
            throws RejectedImageException, PayloadUnavailableException {
        String uri = ReferenceCheck.shown(reference.getUri());
        try {
            return theirs.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PayloadUnavailableException("interrupted while another thread fetched the payload " + uri, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RejectedImageException rejected) {
                throw rejected;
            }
            if (e.getCause() instanceof PayloadUnavailableException unavailable) {
                throw unavailable;
            }
            throw new PayloadUnavailableException("another thread failed to fetch the payload " + uri, e);
        }
    }
}
