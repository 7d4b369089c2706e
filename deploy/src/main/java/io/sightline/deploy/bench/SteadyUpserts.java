package io.sightline.deploy.bench;

import io.sightline.http.ApiServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sends so many embeddings a second of images that are there already, and follows the events that say when they became
 * searchable. Close it once; not thread-safe.
 */
final class SteadyUpserts implements AutoCloseable {

    private static final String DATA = "data:";
    private static final String LAGGED = "event: lagged";

    private final ServedGallery gallery;
    private final int images;
    private final int perSecond;
    private final Queue<Double> delaysMillis = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Thread sender;
    private volatile boolean closing;

    /** Starts. */
    SteadyUpserts(ServedGallery gallery, int images, int perSecond) throws IOException, InterruptedException {
        this.gallery = gallery;
        this.images = images;
        this.perSecond = perSecond;
        HttpRequest request = HttpRequest.newBuilder(URI.create(gallery.url() + "/v1/events?events=image"))
                .header("Accept", "text/event-stream")
                .build();
        Stream<String> lines =
                client.send(request, HttpResponse.BodyHandlers.ofLines()).body();
        Thread.ofPlatform().daemon().name("events").start(() -> follow(lines.iterator()));
        this.sender = Thread.ofPlatform().name("upserts").start(this::send);
    }

    /**
     * Milliseconds from the moment when an embedding was made to that when searches find it, of those since the last call;
     * sorted.
     *
     * @throws IllegalStateException if sending or following failed
     */
    double[] takeDelaysMillis() {
        Exception first = failure.get();
        if (first != null) {
            throw new IllegalStateException("upserts or their events failed: " + first.getMessage(), first);
        }
        List<Double> taken = new ArrayList<>();
        for (Double delay = delaysMillis.poll(); delay != null; delay = delaysMillis.poll()) {
            taken.add(delay);
        }
        return taken.stream().mapToDouble(delay -> delay).sorted().toArray();
    }

    private void send() {
        SplittableRandom random = new SplittableRandom(11);
        long start = System.nanoTime();
        try {
            for (long sent = 0; !closing; sent++) {
                long due = start + TimeUnit.SECONDS.toNanos(sent) / perSecond;
                TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
                gallery.send(random.nextInt(images));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private void follow(Iterator<String> lines) {
        try {
            while (lines.hasNext()) {
                String line = lines.next();
                if (line.startsWith(LAGGED)) {
                    throw new IllegalStateException("events were missed");
                }
                if (line.startsWith(DATA)) {
                    note(line.substring(DATA.length()));
                }
            }
        } catch (IOException | RuntimeException e) {
            if (!closing) {
                failure.compareAndSet(null, e);
            }
        }
    }

    private void note(String data) throws IOException {
        var event = ApiServer.JSON.readTree(data);
        Instant made = Instant.parse(event.path("eventTime").asText());
        Instant searchable = Instant.parse(event.path("searchableTime").asText());
        delaysMillis.add(Duration.between(made, searchable).toNanos() / 1e6);
    }

    @Override
    public void close() {
        closing = true;
        try {
            sender.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.shutdownNow();
    }
}
