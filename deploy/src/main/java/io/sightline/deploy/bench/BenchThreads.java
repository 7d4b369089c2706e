package io.sightline.deploy.bench;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Threads with the names by which {@link ThreadKind} knows them. */
final class BenchThreads {

    private BenchThreads() {}

    /** As many decoders as a lane has. */
    static ExecutorService decoders() {
        return Executors.newFixedThreadPool(
                Runtime.getRuntime().availableProcessors(),
                Thread.ofPlatform().name("decoder-", 0).factory());
    }

    /** One that calls the network, as a lane's batcher does. */
    static ExecutorService network() {
        return Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("batcher-bench").factory());
    }

    /** Does something on a thread of its own. */
    static <T> T callAs(String name, Supplier<T> work) {
        try (ExecutorService thread =
                Executors.newSingleThreadExecutor(Thread.ofPlatform().name(name).factory())) {
            return CompletableFuture.supplyAsync(work, thread).join();
        }
    }
}
