package io.sightline.deploy.bench;

import com.sun.management.OperatingSystemMXBean;
import io.sightline.schemas.AtOnce;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;

/** Puts one phase of load after the other on a stack, and watches itself doing it. Close it once; not thread-safe. */
final class LoadGenerator implements AutoCloseable {

    private static final int LOADERS = 8;
    private static final int FIRST_ERROR = 300;
    private static final double NANOS = 1e9;
    private static final Duration LOAD_TIMEOUT = Duration.ofMinutes(10);

    private final LoadStack stack;
    private final LoadRequests requests;
    private final LoadRequests.SearchBy searchBy;
    private final LoadConnections ingest;
    private final LoadConnections search;
    private final int processors = Runtime.getRuntime().availableProcessors();
    private long images;
    private long searches;
    private long looks;

    /** Uses, and does not close, the stack. */
    LoadGenerator(LoadStack stack, LoadRequests requests, LoadRequests.SearchBy searchBy) {
        this.stack = stack;
        this.requests = requests;
        this.searchBy = searchBy;
        this.ingest = new LoadConnections(stack.ingest());
        this.search = new LoadConnections(stack.search());
    }

    /**
     * Posts the gallery, as fast as it is taken, and waits until the last of it can be searched.
     *
     * @throws IllegalStateException if an image is refused, or it takes too long
     */
    void loadGallery(int count) throws IOException, InterruptedException {
        try (ProgressBar bar = BenchBar.of("gallery", count, "images")) {
            List<Supplier<Integer>> loaders = IntStream.range(0, LOADERS)
                    .mapToObj(loader -> (Supplier<Integer>) () -> post(loader, count, bar))
                    .toList();
            AtOnce.all(loaders);
        }
        long latest = System.nanoTime() + LOAD_TIMEOUT.toNanos();
        // One that came after all others is searchable after them, or nearly so.
        requireTaken(ingest.exchange(requests.lookedForImage(looks)));
        while (search.exchange(requests.look(looks)) >= FIRST_ERROR) {
            if (System.nanoTime() > latest) {
                throw new IllegalStateException("the gallery is not searchable: the latest of its " + count
                        + " images did not come within " + LOAD_TIMEOUT.toMinutes() + " minutes");
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        looks++;
    }

    /** Makes the load of a phase, and returns when its last answer has come. */
    LoadPhase.Outcome run(LoadPhase phase) throws InterruptedException {
        LoadRecorder searched = new LoadRecorder("search");
        LoadRecorder posted = new LoadRecorder("image");
        long firstSearch = searches;
        long firstImage = images;
        OpenLoop searching = loop(search, phase.searches(), i -> requests.search(firstSearch + i, searchBy), searched);
        OpenLoop posting = loop(ingest, phase.images(), i -> requests.image(firstImage + i), posted);
        searches += searching.schedule().count(phase.time());
        images += posting.schedule().count(phase.time());
        double ownCpu = ownCpuSeconds();
        double stackCpu = stack.cpuSeconds();
        long start = System.nanoTime();
        FreshnessProbe.Freshness freshness;
        double[] seconds = {0, 0};
        try (FreshnessProbe probe = new FreshnessProbe(ingest, search, requests, looks)) {
            Thread searcher = started(() -> seconds[0] = searching.run(phase.time()));
            Thread poster = started(() -> seconds[1] = posting.run(phase.time()));
            try (ProgressBar bar = BenchBar.of(phase.name(), phase.time().toSeconds(), "s")) {
                while (searcher.isAlive() || poster.isAlive()) {
                    TimeUnit.MILLISECONDS.sleep(100);
                    bar.stepTo(Math.min(phase.time().toSeconds(), (long) ((System.nanoTime() - start) / NANOS)));
                }
            }
            freshness = probe.seen();
            looks = probe.next();
        }
        double wall = (System.nanoTime() - start) / NANOS * processors;
        return new LoadPhase.Outcome(
                phase,
                List.of(searched.row(seconds[0]), posted.row(seconds[1])),
                freshness,
                (ownCpuSeconds() - ownCpu) / wall,
                (stack.cpuSeconds() - stackCpu) / wall);
    }

    @Override
    public void close() {
        ingest.close();
        search.close();
    }

    private static OpenLoop loop(
            LoadConnections connections, double rate, LongFunction<byte[]> made, LoadRecorder recorder) {
        return new OpenLoop(connections, new ArrivalSchedule(rate), made, recorder);
    }

    private interface Task {
        void run() throws InterruptedException;
    }

    private static Thread started(Task task) {
        return Thread.ofPlatform().name("load").start(() -> {
            try {
                task.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void requireTaken(int status) {
        if (status >= FIRST_ERROR) {
            throw new IllegalStateException(
                    "an image was refused with status " + status + " before there was any load");
        }
    }

    /** One in so many of the gallery; returns how many those are. */
    private int post(int from, int count, ProgressBar bar) {
        int posted = 0;
        for (int i = from; i < count; i += LOADERS) {
            postPatiently(i);
            bar.step();
            posted++;
        }
        return posted;
    }

    private void postPatiently(int number) {
        long latest = System.nanoTime() + LOAD_TIMEOUT.toNanos();
        while (true) {
            String refusal;
            try {
                int status = ingest.exchange(requests.galleryImage(number));
                if (status < FIRST_ERROR) {
                    return;
                }
                refusal = "status " + status;
                TimeUnit.MILLISECONDS.sleep(50);
            } catch (IOException e) {
                refusal = e.toString();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                refusal = "interrupted";
            }
            if (System.nanoTime() > latest || Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("image " + number + " of the gallery was refused: " + refusal);
            }
        }
    }

    private static double ownCpuSeconds() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / NANOS;
    }
}
