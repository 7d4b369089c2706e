package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sightline.indexer.store.StoreException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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
 * <p>On failure: an item that may be taken later is sent again, by itself, until it is too late; after an item that would
 * be refused again, or too late, nothing is written any more, and every call says why.
 */
final class BulkWriter implements AutoCloseable {

    private static final String EXTERNAL = "external";
    /** Also takes the stored version again: whether enough copies have it is only known from being told. */
    private static final String EXTERNAL_AGAIN = "external_gte";

    private static final byte LINE_END = '\n';
    private static final int ROOM_PER_ITEM = 128;

    private final OpenSearchConnection connection;
    private final String index;
    private final OpenSearchSettings.Bulk bulk;
    private final int copies;
    private final Semaphore free;
    private final ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<Long, CompletableFuture<Void>> inFlight = new HashMap<>();
    private long sent;
    private Map<String, Write> gathered = new LinkedHashMap<>();
    private long gatheredBytes;
    private volatile @Nullable StoreException failure;

    BulkWriter(OpenSearchConnection connection, String index) {
        this.connection = connection;
        this.index = index;
        this.bulk = connection.settings().bulk();
        this.copies = connection.settings().layout().acknowledging();
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
                sendUntilTaken(writes);
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

    private void sendUntilTaken(List<Write> writes) {
        Retries retries = new Retries(
                "write " + writes.size() + " images to " + index,
                connection.settings().patience().write());
        List<Write> open = writes;
        String versionType = EXTERNAL;
        while (true) {
            BulkAnswer answer = attempt(open, versionType);
            if (answer.refused() != null) {
                throw answer.refused();
            }
            if (answer.open().isEmpty()) {
                return;
            }
            open = answer.open();
            versionType = EXTERNAL_AGAIN;
            retries.pause(String.valueOf(answer.why()), null);
        }
    }

    private BulkAnswer attempt(List<Write> writes, String versionType) {
        // A copy that is missing is noticed before anything is written; one that is lost while it is, in the answer.
        Call call = Call.post("/" + index + "/_bulk")
                .with("wait_for_active_shards", copies)
                .with("timeout", "20s")
                .withLines(lines(writes, versionType));
        try {
            return BulkAnswer.of(connection.send(call), writes, copies);
        } catch (UnavailableException e) {
            return new BulkAnswer(writes, String.valueOf(e.getMessage()), null);
        }
    }

    private static byte[] lines(List<Write> writes, String versionType) {
        int room = writes.stream()
                .mapToInt(write -> write.json().length + ROOM_PER_ITEM)
                .sum();
        ByteArrayOutputStream out = new ByteArrayOutputStream(room);
        try {
            for (Write write : writes) {
                ByteArrayOutputStream action = new ByteArrayOutputStream(ROOM_PER_ITEM);
                try (JsonGenerator json = OpenSearchConnection.JSON.getFactory().createGenerator(action)) {
                    json.writeStartObject();
                    json.writeObjectFieldStart("index");
                    json.writeStringField("_id", write.documentId());
                    json.writeNumberField("version", write.version());
                    json.writeStringField("version_type", versionType);
                    json.writeEndObject();
                    json.writeEndObject();
                }
                action.writeTo(out);
                out.write(LINE_END);
                out.write(write.json());
                out.write(LINE_END);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
        return out.toByteArray();
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
