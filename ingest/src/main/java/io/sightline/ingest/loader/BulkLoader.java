package io.sightline.ingest.loader;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.http.ApiServer;
import io.sightline.http.client.ClientAccess;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Sends images to the gateway, several at a time, each until it is acknowledged or refused. Run again, it sends
 * nothing twice: the gateway knows what is there. Thread-safe; close it when done.
 */
public final class BulkLoader implements AutoCloseable {

    private static final int TRIES = 5;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration MOST_PAUSE = Duration.ofSeconds(60);
    private static final int TOO_MANY = 429;
    private static final int MOST_HELD = 60;

    private final URI gateway;
    private final int concurrency;
    private final ClientAccess access;
    private final HttpClient client;

    /** Prepares to send without a key. */
    public BulkLoader(URI gateway, int concurrency) {
        this(gateway, concurrency, ClientAccess.NONE);
    }

    /**
     * Prepares to send.
     *
     * @param gateway address of the ingest API
     * @param concurrency requests in flight
     * @param access which key is sent, and which servers are trusted
     * @throws IllegalArgumentException naming what is wrong with them
     */
    public BulkLoader(URI gateway, int concurrency, ClientAccess access) {
        if (gateway.getHost() == null || concurrency < 1) {
            throw new IllegalArgumentException("the gateway must be an address like http://127.0.0.1:19080, not '"
                    + gateway + "', and concurrency at least 1, not " + concurrency);
        }
        this.gateway = gateway;
        this.concurrency = concurrency;
        this.access = access;
        this.client = access.newClient();
    }

    /** Is told of every image that is done, from several threads. */
    @FunctionalInterface
    public interface Progress {
        /** One more image was sent, found unchanged, or refused. */
        void done();
    }

    /**
     * What was refused.
     *
     * @param id the image
     * @param reason why
     */
    public record Refused(String id, String reason) {}

    /**
     * What a load did.
     *
     * @param sent images of which something new was sent
     * @param unchanged images that were there already
     * @param refused images that were not taken, in the order of their ids
     */
    public record Report(int sent, int unchanged, List<Refused> refused) {}

    /**
     * Sends all images and returns when each is acknowledged or refused. When the gateway stops answering, what is
     * left is refused too.
     */
    public Report load(Collection<DatasetImage> images, LabelPolicy labels, Progress progress)
            throws InterruptedException {
        // Set when the gateway does not answer however often it is asked: the rest of this load is not tried.
        AtomicBoolean unreachable = new AtomicBoolean();
        AtomicInteger sent = new AtomicInteger();
        AtomicInteger unchanged = new AtomicInteger();
        ConcurrentLinkedQueue<Refused> refused = new ConcurrentLinkedQueue<>();
        Semaphore free = new Semaphore(concurrency);
        try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            for (DatasetImage image : images) {
                free.acquire();
                senders.execute(() -> {
                    try {
                        (send(image, labels, unreachable) ? sent : unchanged).incrementAndGet();
                    } catch (IOException e) {
                        refused.add(new Refused(image.id(), String.valueOf(e.getMessage())));
                    } catch (RuntimeException e) {
                        refused.add(new Refused(image.id(), e.toString()));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        refused.add(new Refused(image.id(), "interrupted"));
                    } finally {
                        free.release();
                        progress.done();
                    }
                });
            }
        }
        List<Refused> inOrder = refused.stream()
                .sorted(java.util.Comparator.comparing(Refused::id))
                .toList();
        return new Report(sent.get(), unchanged.get(), inOrder);
    }

    @Override
    public void close() {
        client.close();
    }

    private boolean send(DatasetImage image, LabelPolicy labels, AtomicBoolean unreachable)
            throws IOException, InterruptedException {
        if (unreachable.get()) {
            throw new IOException("not tried: the gateway at " + gateway
                    + " stopped answering; when it is back, run the same load again to send the rest");
        }
        HttpRequest request = access.sign(HttpRequest.newBuilder(address(image, labels)))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(content(image)))
                .build();
        IOException last = new IOException("not tried");
        boolean answered = false;
        Duration pause = Duration.ZERO;
        int held = 0;
        for (int attempt = 0; attempt < TRIES && held < MOST_HELD; attempt++) {
            Thread.sleep(pause);
            pause = FIRST_PAUSE.multipliedBy(2L << attempt);
            try {
                HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() == 202) {
                    return ApiServer.JSON.readTree(response.body()).path("sent").asBoolean();
                }
                answered = true;
                last = new IOException(reason(response));
                if (response.statusCode() == TOO_MANY) {
                    // A gateway that says when to come back has nothing wrong with it.
                    pause = retryAfter(response, pause);
                    held++;
                    attempt--;
                } else if (response.statusCode() < 500) {
                    throw new Refusal(String.valueOf(last.getMessage()));
                }
            } catch (Refusal e) {
                throw e;
            } catch (IOException e) {
                last = new IOException("the gateway at " + gateway + " did not answer: " + e, e);
            }
        }
        unreachable.set(!answered);
        throw last;
    }

    /** As long as the gateway says, within reason. */
    private static Duration retryAfter(HttpResponse<?> response, Duration otherwise) {
        try {
            long seconds =
                    Long.parseLong(response.headers().firstValue("Retry-After").orElse(""));
            return Duration.ofSeconds(Math.clamp(seconds, 1, MOST_PAUSE.toSeconds()));
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static byte[] content(DatasetImage image) throws IOException {
        try {
            return image.content().read();
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + e.getFile(), e);
        }
    }

    private static final class Refusal extends IOException {
        private static final long serialVersionUID = 1L;

        Refusal(String message) {
            super(message);
        }
    }

    private URI address(DatasetImage image, LabelPolicy labels) {
        @Nullable String label = labels.labelOf(image).orElse(null);
        StringBuilder query = new StringBuilder("id=").append(encode(image.id()));
        if (label != null) {
            query.append("&label=").append(encode(label));
        }
        for (Map.Entry<String, String> tag : image.allTags().entrySet()) {
            query.append('&').append(encode("tag." + tag.getKey())).append('=').append(encode(tag.getValue()));
        }
        return gateway.resolve("/v1/images?" + query);
    }

    private static String reason(HttpResponse<String> response) {
        try {
            JsonNode error = ApiServer.JSON.readTree(response.body()).path("error");
            String advice = response.statusCode() == 401
                    ? " (name the file of your API key with --api-key-file, or set SIGHTLINE_API_KEY)"
                    : "";
            return error.path("type").asText("status " + response.statusCode()) + ": "
                    + error.path("message").asText(response.body()) + advice;
        } catch (IOException e) {
            return "status " + response.statusCode();
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
