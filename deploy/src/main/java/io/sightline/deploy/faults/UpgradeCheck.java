package io.sightline.deploy.faults;

import io.sightline.deploy.check.CheckReport;
import io.sightline.deploy.check.ConsistencyCheck;
import io.sightline.deploy.check.TopicScan;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.LabelEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Compares what was acknowledged with the topics, and the topics with the index of each indexer for each version. Not
 * thread-safe.
 *
 * @param indexers folder of each
 * @param payloads where images lie that are too large for an event
 */
record UpgradeCheck(KafkaConnection connection, RecordSerdes serdes, List<Path> indexers, Path payloads) {

    private static final int EMBEDDED_AGAIN = 100_000;
    private static final int EXAMPLES = 20;
    private static final Duration LONGEST_SETTLING = Duration.ofMinutes(3);

    /**
     * An index compared with the topics.
     *
     * @param indexer name of its folder
     */
    record Compared(String indexer, CheckReport report) {}

    /** What was acknowledged and is not so, with the image it is about. */
    List<String> acknowledged(ImageLedger ledger) {
        Set<String> images = new HashSet<>();
        TopicScan.forEach(connection, Topics.IMAGES, record -> {
            if (record.value() == null) {
                images.remove(record.key());
            } else {
                images.add(record.key());
            }
        });
        Deserializer<LabelEvent> deserializer = serdes.deserializer(LabelEvent.class);
        Map<String, String> labels = new HashMap<>();
        TopicScan.forEach(connection, Topics.LABELS, record -> {
            if (record.value() == null) {
                labels.remove(record.key());
            } else {
                labels.put(
                        record.key(),
                        deserializer.deserialize(record.topic(), record.value()).getLabel());
            }
        });
        return ledger.differences(id -> images.contains(id) ? labels.getOrDefault(id, "") : null).entrySet().stream()
                .limit(EXAMPLES)
                .map(difference -> difference.getKey() + " " + difference.getValue())
                .toList();
    }

    /** Waits for what is on its way, and compares every index with the topics; all vectors are computed again. */
    List<Compared> indexes(List<String> versions) throws InterruptedException {
        long latest = System.nanoTime() + LONGEST_SETTLING.toNanos();
        List<Compared> all = new ArrayList<>();
        for (Path indexer : indexers) {
            for (String version : versions) {
                all.add(new Compared(String.valueOf(indexer.getFileName()), settled(indexer, version, latest)));
            }
        }
        return List.copyOf(all);
    }

    private CheckReport settled(Path indexer, String version, long latest) throws InterruptedException {
        CheckReport report = check(indexer, 0).run(version);
        while (!report.isClean() && System.nanoTime() < latest) {
            TimeUnit.SECONDS.sleep(1);
            report = check(indexer, 0).run(version);
        }
        return report.isClean() ? check(indexer, EMBEDDED_AGAIN).run(version) : report;
    }

    private ConsistencyCheck check(Path indexer, int sample) {
        return new ConsistencyCheck(
                connection,
                DataDirectory.indexes(indexer),
                PayloadSettings.at(payloads.toString()).openReader(),
                sample);
    }
}
