package io.sightline.deploy.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * CPU seconds of this process so far, and of its threads by what they are for; where there is no {@code /proc}, all of it
 * is {@link ThreadKind#REST}. Immutable.
 */
record CpuTime(double process, Map<ThreadKind, Double> threads) {

    CpuTime {
        threads = Map.copyOf(threads);
    }

    private static final Path TASKS = Path.of("/proc/self/task");
    /** Linux counts in hundredths of a second for everybody who asks, whatever it does itself. */
    private static final double TICKS = 100;

    private static final double NANOS = 1e9;
    /** Of what follows the name. */
    private static final int USER_TIME = 11;

    static CpuTime now() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        double process = system.getProcessCpuTime() / NANOS;
        Map<ThreadKind, Double> threads = new EnumMap<>(ThreadKind.class);
        for (ThreadKind kind : ThreadKind.values()) {
            threads.put(kind, 0.0);
        }
        if (Files.isDirectory(TASKS)) {
            addTasks(threads);
        }
        threads.remove(ThreadKind.REST);
        double known = threads.values().stream().mapToDouble(x -> x).sum();
        threads.put(ThreadKind.REST, process - known);
        return new CpuTime(process, threads);
    }

    CpuTime since(CpuTime before) {
        Map<ThreadKind, Double> since = new EnumMap<>(ThreadKind.class);
        threads.forEach((kind, seconds) -> since.put(kind, seconds - before.of(kind)));
        return new CpuTime(process - before.process, since);
    }

    double of(ThreadKind kind) {
        return threads.getOrDefault(kind, 0.0);
    }

    private static void addTasks(Map<ThreadKind, Double> threads) {
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                try {
                    add(Files.readString(task.resolve("stat")), threads);
                } catch (IOException e) {
                    // It has ended meanwhile, and counts as the rest.
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new IllegalStateException("cannot read " + TASKS, e);
        }
    }

    /** {@code id (name) state ... user system ...}; a name may hold anything. */
    private static void add(String stat, Map<ThreadKind, Double> threads) {
        int end = stat.lastIndexOf(')');
        ThreadKind kind = ThreadKind.of(stat.substring(stat.indexOf('(') + 1, end));
        String[] fields = stat.substring(end + 2).split(" ", -1);
        double seconds = (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[USER_TIME + 1])) / TICKS;
        threads.merge(kind, seconds, Double::sum);
    }
}
