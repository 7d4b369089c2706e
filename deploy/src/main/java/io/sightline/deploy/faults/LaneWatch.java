package io.sightline.deploy.faults;

import io.sightline.embedder.lanes.LaneProgress;
import io.sightline.schemas.KafkaConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the progress of lanes again and again, on a thread of its own: brokers that are being killed answer late. Close
 * it once; thread-safe otherwise.
 */
final class LaneWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LaneWatch.class);
    private static final Duration LOOK = Duration.ofMillis(250);

    private final Admin admin;
    private final List<String> versions;
    private final Map<String, LaneProgress> newest = new ConcurrentHashMap<>();
    private final Thread thread = Thread.ofPlatform().name("lane-watch").unstarted(this::watch);

    LaneWatch(KafkaConnection connection, List<String> versions) {
        this.admin = Admin.create(connection.admin());
        this.versions = versions;
        thread.start();
    }

    /** Image events that the lanes had committed at the latest look, together. */
    long committedOfAll() {
        return newest.values().stream()
                .flatMap(progress -> progress.committed().values().stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    /** Image events that a lane had not committed at the latest look, -1 before the first. */
    long lag(String version) {
        LaneProgress progress = newest.get(version);
        return progress == null ? -1 : progress.lag();
    }

    @Override
    public void close() {
        thread.interrupt();
        admin.close(Duration.ZERO);
    }

    private void watch() {
        try {
            while (true) {
                versions.forEach(this::look);
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(String version) {
        try {
            newest.put(version, LaneProgress.read(admin, version));
        } catch (RuntimeException e) {
            LOG.debug("no progress of lane {}: {}", version, e.getMessage());
        }
    }
}
