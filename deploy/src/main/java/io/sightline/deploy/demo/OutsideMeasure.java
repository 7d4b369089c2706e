package io.sightline.deploy.demo;

import io.sightline.deploy.client.SearchClient;
import io.sightline.ingest.loader.DatasetImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Recall@1 and MAP@R of a version on the test classes as a client sees them: every test image searched by its id
 * among the other test images; where the data set has its queries apart from its gallery, the ones among the others.
 * Only this class knows the test classes.
 */
final class OutsideMeasure {

    private static final int THREADS = 2;
    private static final int MOST_NEIGHBOURS = 1000;

    private final SearchClient client;
    private final List<DatasetImage> queries;
    private final boolean apart;
    private final Map<String, String> classes = new HashMap<>();
    private final Map<String, Integer> sizes = new HashMap<>();
    private final AtomicLong mixedAnswers = new AtomicLong();

    OutsideMeasure(SearchClient client, List<DatasetImage> test) {
        this.client = client;
        this.apart = test.stream().anyMatch(OutsideMeasure::asksOnly);
        this.queries = test.stream().filter(image -> !apart || asksOnly(image)).toList();
        for (DatasetImage image : test) {
            String label = String.valueOf(image.label());
            classes.put(image.id(), label);
            if (!asksOnly(image)) {
                sizes.merge(label, 1, Integer::sum);
            }
        }
    }

    private static boolean asksOnly(DatasetImage image) {
        return image.role().filter(DatasetImage.QUERY::equals).isPresent();
    }

    /** Images that an image of a class should find. */
    private int relevant(String label) {
        return sizes.getOrDefault(label, 0) - (apart ? 0 : 1);
    }

    /** Shares from 0 to 1. */
    record Figures(double recallAt1, double mapAtR) {}

    private record Query(double recallAt1, double averagePrecision) {}

    /**
     * Measures a version.
     *
     * @param unknownAllowed whether test images that the index does not know are left out of the measure
     * @return empty if another version answered before the last query was through, or an image is not known yet
     */
    Optional<Figures> measure(String version, boolean unknownAllowed) throws InterruptedException, IOException {
        int unknown = 0;
        List<Future<Optional<Query>>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (DatasetImage image : queries) {
                if (relevant(String.valueOf(image.label())) > 0) {
                    running.add(threads.submit(() -> query(image.id(), version)));
                }
            }
        }
        double recall = 0;
        double precision = 0;
        for (Future<Optional<Query>> future : running) {
            try {
                Optional<Query> query = future.get();
                if (query.isEmpty()) {
                    return Optional.empty();
                }
                recall += query.get().recallAt1();
                precision += query.get().averagePrecision();
            } catch (ExecutionException e) {
                if (!isUnknown(e)) {
                    throw new IOException("a search failed: " + e.getCause(), e);
                }
                if (!unknownAllowed) {
                    return Optional.empty();
                }
                unknown++;
            }
        }
        int queries = Math.max(1, running.size() - unknown);
        return Optional.of(new Figures(recall / queries, precision / queries));
    }

    /** Answers that held a hit of another version than they said; there must be none. */
    long mixedAnswers() {
        return mixedAnswers.get();
    }

    private static boolean isUnknown(ExecutionException e) {
        return e.getCause() instanceof SearchClient.RefusedException refused && refused.status() == 404;
    }

    private Optional<Query> query(String id, String version) throws IOException, InterruptedException {
        String label = String.valueOf(classes.get(id));
        int relevant = relevant(label);
        Map<String, String> searched =
                apart ? Map.of("split", "test", DatasetImage.ROLE, DatasetImage.GALLERY) : Map.of("split", "test");
        SearchClient.Answer answer = client.search(Map.of(
                "id", id,
                "k", Math.min(MOST_NEIGHBOURS, relevant),
                "filter", Map.of("tags", searched)));
        List<SearchClient.Neighbour> neighbours = answer.neighbours();
        if (neighbours.stream().anyMatch(neighbour -> !neighbour.version().equals(answer.version()))) {
            mixedAnswers.incrementAndGet();
        }
        if (!answer.version().equals(version)) {
            return Optional.empty();
        }
        int found = 0;
        double precisions = 0;
        for (int p = 0; p < neighbours.size(); p++) {
            if (label.equals(classes.get(neighbours.get(p).id()))) {
                found++;
                precisions += (double) found / (p + 1);
            }
        }
        boolean first = !neighbours.isEmpty()
                && label.equals(classes.get(neighbours.getFirst().id()));
        return Optional.of(new Query(first ? 1 : 0, precisions / relevant));
    }
}
