package io.sightline.indexer.store.opensearch;

import io.sightline.indexer.store.StoreException;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Gathers writes into bulk requests. Several are in flight at a time; when they are as many as there may be, whoever adds
 * waits. Requests may overtake each other: OpenSearch takes a document only if its external version is above the stored
 * one, so of two writes to one image the newer one stays, whichever comes first. Thread-safe.
 *
 * <p>On failure: see {@link BulkSender}; after what it throws nothing is written any more, and every call says why.
 */
final class BulkWriter implements AutoCloseable {

    private final String index;
    private final OpenSearchSettings.Bulk bulk;
    private final BulkSender sender;
    private final Semaphore free;
    private final ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<Long, CompletableFuture<Void>> inFlight = new HashMap<>();
    private long sent;
    private Map<String, Write> gathered = new LinkedHashMap<>();
    private long gatheredBytes;
    private volatile @Nullable StoreException failure;

    BulkWriter(OpenSearchConnection connection, String index, Clock clock) {
        this.index = index;
        this.bulk = connection.settings().bulk();
        this.sender = new BulkSender(connection, index, clock);
        this.free = new Semaphore(bulk.inFlight());
    }

    /** Adds a write, unless one that is as new waits to be sent. */
    synchronized void add(Write write) {
        requireNoFailure();
        Write waiting = gathered.get(write.imageId());
        if (waiting != null && waiting.version() >= write.version()) {
            return;
        }
        gathered.put(write.imageId(), write);
        gatheredBytes += write.json().length - (waiting == null ? 0 : waiting.json().length);
        if (gathered.size() >= bulk.items() || gatheredBytes >= bulk.bytes()) {
            send();
        }
    }

    /** Waits until all that was added before is acknowledged. */
    void flush() {
        List<CompletableFuture<Void>> requests;
        synchronized (this) {
            requireNoFailure();
            send();
            requests = List.copyOf(inFlight.values());
        }
        for (CompletableFuture<Void> request : requests) {
            try {
                request.join();
            } catch (CompletionException e) {
                // What it was is remembered, and thrown below.
                requireNoFailure();
            }
        }
        requireNoFailure();
    }

    private void requireNoFailure() {
        StoreException cause = failure;
        if (cause != null) {
            throw new StoreException(
                    "the index " + index + " is not written to any more, it has to be opened again: "
                            + cause.getMessage(),
                    cause);
        }
    }

    /** Called with the lock. */
    private void send() {
        if (gathered.isEmpty()) {
            return;
        }
        List<Write> writes = List.copyOf(gathered.values());
        gathered = new LinkedHashMap<>();
        gatheredBytes = 0;
        free.acquireUninterruptibly();
        long number = sent++;
        inFlight.put(number, CompletableFuture.runAsync(() -> sendAll(number, writes), senders));
    }

    private void sendAll(long number, List<Write> writes) {
        try {
            if (failure == null) {
                sender.send(writes);
            }
        } catch (StoreException e) {
            failure = e;
            throw e;
        } catch (RuntimeException | Error e) {
            failure = new StoreException("the index " + index + " could not be written to: " + e, e);
            throw e;
        } finally {
            // In this order: whoever waits for it has the lock.
            free.release();
            synchronized (this) {
                inFlight.remove(number);
            }
        }
    }

    /** Images that OpenSearch refuses, in whose place are tombstones. */
    long refused() {
        return sender.refused();
    }

    /** Ends the requests in flight; what was only gathered is gone. */
    @Override
    public void close() {
        List<CompletableFuture<Void>> requests;
        synchronized (this) {
            gathered.clear();
            requests = List.copyOf(inFlight.values());
        }
        senders.shutdownNow();
        requests.forEach(request -> request.exceptionally(cause -> null).join());
        senders.close();
    }
}
