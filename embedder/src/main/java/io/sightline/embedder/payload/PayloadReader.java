package io.sightline.embedder.payload;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.PayloadReference;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * From a reference to its content: from the payload store if it lies there, else by URL if that is on. What was read
 * last is kept in memory, for the lanes of two versions read the same images shortly after one another; a payload that
 * several threads ask for at once is fetched by one. Thread-safe.
 */
public final class PayloadReader {

    private final @Nullable PayloadStore store;
    private final @Nullable UrlFetcher urls;
    private final PayloadCache cache;
    private final ConcurrentMap<PayloadCache.Key, CompletableFuture<byte[]>> running = new ConcurrentHashMap<>();

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
     * The content, with the size and the SHA-256 that the reference says. May block for as long as a fetch takes.
     *
     * @return shared with other callers; treat as immutable
     * @throws RejectedImageException if it can never be had; the reason says why
     * @throws PayloadUnavailableException if it cannot be had now; try again later
     */
    public byte[] read(PayloadReference reference) throws RejectedImageException, PayloadUnavailableException {
        PayloadCache.Key key = PayloadCache.Key.of(reference);
        byte[] cached = cache.get(key);
        if (cached != null) {
            return cached;
        }
        CompletableFuture<byte[]> mine = new CompletableFuture<>();
        CompletableFuture<byte[]> theirs = running.putIfAbsent(key, mine);
        return theirs == null ? fetch(key, reference, mine) : await(theirs, reference);
    }

    private byte[] fetch(PayloadCache.Key key, PayloadReference reference, CompletableFuture<byte[]> result)
            throws RejectedImageException, PayloadUnavailableException {
        try {
            // Whoever fetched it before cached it before giving the key up: look again.
            byte[] cached = cache.get(key);
            byte[] content = cached == null ? fetch(reference) : cached;
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
