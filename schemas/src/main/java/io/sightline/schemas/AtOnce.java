package io.sightline.schemas;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/** Several requests under way at the same time, where a start would wait for one after the other. */
public final class AtOnce {

    private AtOnce() {}

    /**
     * Runs all on threads of their own, and returns when the last one has ended.
     *
     * @param <T> type of the results
     * @return their results, in their order
     * @throws RuntimeException what the first failed one in their order threw
     */
    public static <T> List<T> all(List<Supplier<T>> tasks) {
        List<Future<T>> futures = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            tasks.forEach(task -> futures.add(threads.submit(task::get)));
        }
        return futures.stream().map(AtOnce::result).toList();
    }

    /**
     * The same for tasks without a result.
     *
     * @throws RuntimeException what the first failed one in their order threw
     */
    public static void run(Runnable... tasks) {
        List<Supplier<Boolean>> suppliers = new ArrayList<>();
        for (Runnable task : tasks) {
            suppliers.add(() -> {
                task.run();
                return true;
            });
        }
        all(suppliers);
    }

    private static <T> T result(Future<T> ended) {
        if (ended.state() == Future.State.FAILED && ended.exceptionNow() instanceof RuntimeException e) {
            throw e;
        }
        return ended.resultNow();
    }
}
