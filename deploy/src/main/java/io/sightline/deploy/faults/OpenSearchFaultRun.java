package io.sightline.deploy.faults;

import io.sightline.deploy.bench.BenchBar;
import io.sightline.deploy.faults.OpenSearchFaultSettings.Victim;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.opensearch.OpenSearchSettings;
import io.sightline.indexer.store.opensearch.OpenSearchStores;
import io.sightline.local.OpenSearchCluster;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import me.tongfei.progressbar.ProgressBar;

/**
 * One kill of a node, on a cluster of its own, while writes and searches go on.
 *
 * @param settings vectors and seed
 * @param victim which node
 * @param work folder of the nodes
 */
record OpenSearchFaultRun(OpenSearchFaultSettings settings, Victim victim, Path work) {

    private static final int NODES = 3;
    private static final String HEAP = "768m";
    private static final String PREFIX = "faults";
    /** Every node has a copy, and a write is acknowledged when two of them have it. */
    private static final OpenSearchSettings.Layout LAYOUT = new OpenSearchSettings.Layout(1, NODES - 1);

    private static final int WRITES_PER_COMMIT = 50;
    private static final int PRELOADED_PER_COMMIT = 1_000;
    private static final Duration BEFORE = Duration.ofSeconds(5);
    private static final Duration DOWN = Duration.ofSeconds(30);
    private static final Duration AFTER = Duration.ofSeconds(5);
    private static final Duration LONGEST_RECOVERY = Duration.ofMinutes(5);
    private static final Duration BETWEEN_REFRESHES = Duration.ofMillis(500);
    private static final Duration POLL = Duration.ofMillis(100);

    OpenSearchOutcome run() throws InterruptedException {
        try (OpenSearchCluster cluster = OpenSearchCluster.start(work, NODES, HEAP);
                OpenSearchStores writing = stores(cluster, OpenSearchSettings.Patience.DEFAULT);
                OpenSearchStores searching = stores(cluster, once());
                VectorStore written = open(writing);
                VectorStore searched = open(searching)) {
            OpenSearchWrites writes = new OpenSearchWrites(written, settings.seed());
            preload(writes);
            writes.refresh();
            await("all copies of the index", cluster::isWhole);
            OpenSearchOutcome before = measure(cluster, writing.index(OpenSearchWrites.VERSION), writes, searched);
            writes.refresh();
            return new OpenSearchOutcome(
                    before.victim(),
                    before.node(),
                    before.wasBoth(),
                    before.acknowledgedDuring(),
                    before.writesResumedSeconds(),
                    before.searches(),
                    before.greenSeconds(),
                    writes.loss(written));
        }
    }

    private static OpenSearchStores stores(OpenSearchCluster cluster, OpenSearchSettings.Patience patience) {
        OpenSearchSettings settings = OpenSearchSettings.of(cluster.urls().toArray(URI[]::new));
        return new OpenSearchStores(settings.withPrefix(PREFIX).with(LAYOUT).with(patience), Clock.systemUTC());
    }

    /** A search that is not answered is not tried again, so that it is counted. */
    private static OpenSearchSettings.Patience once() {
        OpenSearchSettings.Patience usual = OpenSearchSettings.Patience.DEFAULT;
        return new OpenSearchSettings.Patience(
                Duration.ofSeconds(1), Duration.ofSeconds(5), usual.write(), Duration.ZERO);
    }

    private static VectorStore open(OpenSearchStores stores) {
        try {
            return stores.open(new StoreKey(
                    OpenSearchWrites.VERSION, OpenSearchWrites.DIMENSIONS, "embeddings-topic", "labels-topic"));
        } catch (StoreDamagedException e) {
            throw new IllegalStateException("a new cluster has an index of something else", e);
        }
    }

    private void preload(OpenSearchWrites writes) {
        try (ProgressBar bar = BenchBar.of("preloading", settings.vectors(), "vectors")) {
            for (int i = 1; i <= settings.vectors(); i++) {
                writes.upsertNew();
                if (i % PRELOADED_PER_COMMIT == 0 || i == settings.vectors()) {
                    writes.commit();
                    bar.stepTo(i);
                }
            }
        }
    }

    private OpenSearchOutcome measure(
            OpenSearchCluster cluster, String index, OpenSearchWrites writes, VectorStore searched)
            throws InterruptedException {
        try (OpenSearchSearches searches = new OpenSearchSearches(searched, settings.seed())) {
            writeFor(writes, BEFORE);
            Optional<String> manager = cluster.clusterManager();
            Optional<String> primary = cluster.primaryOf(index);
            String node = required(
                    switch (victim) {
                        case PRIMARY -> primary;
                        case MANAGER -> manager;
                    });
            int acknowledged = writes.acknowledged();
            searches.reset();
            cluster.kill(node);
            long killed = System.nanoTime();
            writeFor(writes, Duration.ofNanos(1));
            double resumed = secondsSince(killed);
            writeFor(writes, DOWN.minusNanos(System.nanoTime() - killed));
            int during = writes.acknowledged() - acknowledged;
            cluster.restart(node);
            long restarted = System.nanoTime();
            double green = awaitGreen(cluster, writes, restarted);
            writeFor(writes, AFTER);
            await("an answered search", searches::areAnswered);
            return new OpenSearchOutcome(
                    victim,
                    node,
                    manager.equals(primary),
                    during,
                    resumed,
                    searches.summary(killed),
                    green,
                    new OpenSearchWrites.Loss(0, 0, 0, 0, 0));
        }
    }

    private static String required(Optional<String> node) {
        return node.orElseThrow(() -> new IllegalStateException("the cluster does not say which node it is"));
    }

    /** Writes, commits and refreshes, at least once, for a while. */
    private static void writeFor(OpenSearchWrites writes, Duration time) {
        long end = System.nanoTime() + time.toNanos();
        do {
            for (int i = 0; i < WRITES_PER_COMMIT; i++) {
                writes.any();
            }
            writes.commit();
            if (System.nanoTime() - writes.lastRefresh() > BETWEEN_REFRESHES.toNanos()) {
                writes.refresh();
            }
        } while (System.nanoTime() < end);
    }

    private static double awaitGreen(OpenSearchCluster cluster, OpenSearchWrites writes, long restarted) {
        while (!cluster.isWhole()) {
            writeFor(writes, POLL);
            requireInTime("all copies of the index", restarted);
        }
        return secondsSince(restarted);
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            requireInTime(what, begin);
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
    }

    private static void requireInTime(String what, long begin) {
        if (secondsSince(begin) > LONGEST_RECOVERY.toSeconds()) {
            throw new IllegalStateException("waited for " + what + " for more than " + LONGEST_RECOVERY.toSeconds()
                    + " s; the logs of the nodes say more");
        }
    }

    private static double secondsSince(long moment) {
        return (System.nanoTime() - moment) / 1e9;
    }
}
