package io.sightline.deploy.faults;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Posts drawings at a steady rate, gives some another label a while later and deletes others. Remembers what was
 * acknowledged, and what was refused. Runs on a thread of its own until it is closed.
 */
final class UpgradeImages implements AutoCloseable {

    private static final int DELETED_EVERY = 10;
    private static final int RELABELLED_EVERY = 7;
    private static final Duration LATER = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final int EXAMPLES = 10;

    private final URI gateway;
    private final SeededDrawings drawings;
    private final int atOnce;
    private final int perSecond;
    private final ImageLedger ledger = new ImageLedger();
    private final List<String> refusals = new ArrayList<>();
    private final AtomicInteger posted = new AtomicInteger();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Thread thread = Thread.ofPlatform().name("upgrade-images").unstarted(this::feed);
    private volatile boolean stopped;

    UpgradeImages(URI gateway, SeededDrawings drawings, int atOnce, int perSecond) {
        this.gateway = gateway;
        this.drawings = drawings;
        this.atOnce = atOnce;
        this.perSecond = perSecond;
    }

    void start() {
        thread.start();
    }

    /** Images that were acknowledged, in their order: those with smaller numbers were too, unless they were refused. */
    int posted() {
        return posted.get();
    }

    ImageLedger ledger() {
        return ledger;
    }

    /** Whether an image is deleted some time. */
    static boolean isDeletedLater(String id) {
        return SeededDrawings.index(id) % DELETED_EVERY == 0;
    }

    /** Stops to send; returns what was refused. */
    List<String> stop() throws InterruptedException {
        stopped = true;
        thread.join();
        return List.copyOf(refusals);
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
    }

    private void feed() {
        long start = System.nanoTime();
        int later = (int) (LATER.toSeconds() * perSecond);
        try {
            for (int i = 0; !stopped; i++) {
                if (i >= atOnce) {
                    long due = start + (long) (1e9 * (i - atOnce) / perSecond);
                    TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
                    change(i - Math.max(later, atOnce / 2));
                }
                post(i);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void post(int index) throws InterruptedException {
        String id = SeededDrawings.id(index);
        String label = "class-" + index % 20;
        if (isDone(request("/v1/images?id=" + id + "&label=" + label)
                .header("Content-Type", "image/png")
                .POST(HttpRequest.BodyPublishers.ofByteArray(drawings.png(index))))) {
            ledger.sent(id, label);
        }
        posted.set(index + 1);
    }

    private void change(int index) throws InterruptedException {
        if (index < 0) {
            return;
        }
        String id = SeededDrawings.id(index);
        if (index % DELETED_EVERY == 0) {
            if (isDone(request("/v1/images/" + id).DELETE())) {
                ledger.deleted(id);
            }
        } else if (index % RELABELLED_EVERY == 0) {
            String label = "other-" + index % 3;
            if (isDone(request("/v1/images/" + id + "/label")
                    .header("Content-Type", "application/json")
                    .PUT(HttpRequest.BodyPublishers.ofString("{\"label\":\"" + label + "\"}")))) {
                ledger.sent(id, label);
            }
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(gateway.resolve(path)).timeout(ANSWER);
    }

    private boolean isDone(HttpRequest.Builder builder) throws InterruptedException {
        HttpRequest request = builder.build();
        String refusal;
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() < 300) {
                return true;
            }
            refusal = response.statusCode() + " " + response.body();
        } catch (IOException e) {
            refusal = e.toString();
        }
        if (refusals.size() < EXAMPLES) {
            refusals.add(request.method() + " " + request.uri().getPath() + ": " + refusal);
        }
        return false;
    }
}
