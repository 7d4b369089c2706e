package io.sightline.deploy.faults;

import io.sightline.deploy.client.SearchClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

/**
 * Clients that search again and again by image, by id and by vector, and judge every answer: all of it from one version, no
 * image lost that was found before, and the scores those that the version's own network gives. Close it once.
 */
final class SearchingClients implements AutoCloseable {

    private static final int K = 10;
    private static final int REMEMBERED = 2000;
    private static final int COMPUTED_EVERY = 10;
    private static final int EXAMPLES = 10;
    private static final int CONFLICT = 409;
    private static final long PAUSE_MILLIS = 40;
    private static final String UNKNOWN = "unknown-image";

    /** Vectors of one image differ so much from batch to batch. */
    private static final double TOLERANCE = 1e-3;

    private final String url;
    private final SeededDrawings drawings;
    private final VersionSpaces spaces;
    private final IntSupplier sent;
    private final Predicate<String> lasting;
    private final Duration patience;
    /** Images that were found; new ones take the places of any. */
    private final List<String> found = new ArrayList<>();

    private final Set<String> known = new HashSet<>();
    private final Random places = new Random(1);
    private final Map<String, LongAdder> answers = new ConcurrentHashMap<>();
    private final AtomicInteger errors = new AtomicInteger();
    private final AtomicInteger mixed = new AtomicInteger();
    private final AtomicInteger missing = new AtomicInteger();
    private final AtomicInteger wrong = new AtomicInteger();
    private final AtomicInteger computed = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> examples = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    /**
     * Prepares clients.
     *
     * @param sent how many drawings were sent by now
     */
    SearchingClients(String url, SeededDrawings drawings, VersionSpaces spaces, IntSupplier sent) {
        this(url, drawings, spaces, sent, id -> true, Duration.ZERO);
    }

    /**
     * Prepares clients of several indexers, of which one may know an image a moment before the others.
     *
     * @param lasting whether an image will not be deleted
     * @param patience for how long an image that was found before may be unknown
     */
    SearchingClients(
            String url,
            SeededDrawings drawings,
            VersionSpaces spaces,
            IntSupplier sent,
            Predicate<String> lasting,
            Duration patience) {
        this.url = url;
        this.drawings = drawings;
        this.spaces = spaces;
        this.sent = sent;
        this.lasting = lasting;
        this.patience = patience;
    }

    /**
     * What was seen.
     *
     * @param answers by version
     * @param refused searches by a vector of a version that did not answer any more, as they should be
     * @param errors answers that were none
     * @param mixed answers with a hit of another version
     * @param missing images that were found before and were not there
     * @param computed hits whose score was computed again
     * @param wrong of those, by more than the tolerance
     * @param examples of what was wrong
     */
    record Seen(
            Map<String, Long> answers,
            int refused,
            int errors,
            int mixed,
            int missing,
            int computed,
            int wrong,
            List<String> examples) {

        boolean isClean() {
            return errors == 0 && mixed == 0 && missing == 0 && wrong == 0 && total() > 0 && computed > 0;
        }

        long total() {
            return answers.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    void start(int clients, long seed) {
        for (int i = 0; i < clients; i++) {
            Random random = new Random(seed + i);
            threads.add(Thread.ofPlatform().name("client-" + i).start(() -> searchOn(random)));
        }
    }

    Seen stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
        Map<String, Long> counts = new TreeMap<>();
        answers.forEach((version, count) -> counts.put(version, count.sum()));
        return new Seen(
                counts,
                refused.get(),
                errors.get(),
                mixed.get(),
                missing.get(),
                computed.get(),
                wrong.get(),
                List.copyOf(examples));
    }

    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void searchOn(Random random) {
        String last = "";
        try (SearchClient client = new SearchClient(url)) {
            for (int i = 0; !stopped; i++) {
                last = searchOnce(client, random, last, i % COMPUTED_EVERY == 0);
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the version that answered, or the one before if none did. */
    private String searchOnce(SearchClient client, Random random, String last, boolean compute)
            throws InterruptedException {
        int drawing = random.nextInt(Math.max(1, sent.getAsInt()));
        String id = anyFound(random);
        int kind = random.nextInt(3);
        try {
            SearchClient.Answer answer;
            if (kind == 1 && !id.isEmpty()) {
                drawing = SeededDrawings.index(id);
                answer = searchById(client, id);
            } else if (kind == 2 && !last.isEmpty()) {
                answer = client.search(Map.of("vector", spaces.embed(last, drawing), "version", last, "k", K));
            } else {
                answer = client.search(drawings.png(drawing), K, Map.of(), "");
            }
            judge(answer, drawing, compute);
            return answer.version();
        } catch (SearchClient.RefusedException e) {
            return refused(e, kind, id, last);
        } catch (IOException | RuntimeException e) {
            note(errors, e.toString());
            return last;
        }
    }

    private SearchClient.Answer searchById(SearchClient client, String id) throws IOException, InterruptedException {
        long latest = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                return client.search(Map.of("id", id, "k", K));
            } catch (SearchClient.RefusedException e) {
                if (!String.valueOf(e.getMessage()).startsWith(UNKNOWN) || System.nanoTime() >= latest) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        }
    }

    private String refused(SearchClient.RefusedException e, int kind, String id, String last) {
        if (kind == 2 && e.status() == CONFLICT) {
            refused.incrementAndGet();
            return "";
        }
        String message = String.valueOf(e.getMessage());
        note(message.startsWith(UNKNOWN) ? missing : errors, id + " " + message);
        return last;
    }

    private void judge(SearchClient.Answer answer, int drawing, boolean compute) {
        answers.computeIfAbsent(answer.version(), version -> new LongAdder()).increment();
        if (answer.neighbours().isEmpty()) {
            note(errors, answer.version() + " found nothing");
        }
        for (SearchClient.Neighbour neighbour : answer.neighbours()) {
            if (!neighbour.version().equals(answer.version())) {
                note(mixed, answer.version() + " answered with a hit of " + neighbour.version());
            }
            remember(neighbour.id());
        }
        if (compute) {
            for (SearchClient.Neighbour neighbour : answer.neighbours()) {
                computed.incrementAndGet();
                double cosine = spaces.cosine(answer.version(), drawing, SeededDrawings.index(neighbour.id()));
                if (!(Math.abs(cosine - neighbour.score()) <= TOLERANCE)) {
                    note(
                            wrong,
                            answer.version() + " scored " + neighbour.id() + " " + neighbour.score() + ", not "
                                    + cosine);
                }
            }
        }
    }

    private void note(AtomicInteger count, String example) {
        if (count.incrementAndGet() <= EXAMPLES) {
            examples.add(example);
        }
    }

    private void remember(String id) {
        synchronized (found) {
            if (!lasting.test(id) || !known.add(id)) {
                return;
            }
            if (found.size() < REMEMBERED) {
                found.add(id);
            } else {
                known.remove(found.set(places.nextInt(REMEMBERED), id));
            }
        }
    }

    private String anyFound(Random random) {
        synchronized (found) {
            return found.isEmpty() ? "" : found.get(random.nextInt(found.size()));
        }
    }
}
