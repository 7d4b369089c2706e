package io.sightline.deploy.check;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.TopicAdmin;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads all committed records that a topic holds now. */
public final class TopicScan {

    private static final Duration POLL = Duration.ofMillis(100);

    /** More than an embedder's transaction may last. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private TopicScan() {}

    /**
     * Hands over the records from the start up to the end as of now, in the order of each partition. Transactions that
     * are open at the end are waited for: brokers show a lane's committed offsets, at times, a moment before the
     * embeddings that were committed with them.
     *
     * @throws IllegalStateException if the brokers send nothing for two minutes
     */
    public static void forEach(
            KafkaConnection connection, String topic, Consumer<ConsumerRecord<String, byte[]>> consumer) {
        try (KafkaConsumer<String, byte[]> records = new KafkaConsumer<>(
                connection.assignedConsumer("sightline-check"),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = records.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            records.assign(partitions);
            records.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = ends(connection, topic);
            long read = -1;
            long patientUntil = 0;
            while (ends.entrySet().stream().anyMatch(end -> records.position(end.getKey()) < end.getValue())) {
                long now = partitions.stream().mapToLong(records::position).sum();
                if (now != read) {
                    read = now;
                    patientUntil = System.nanoTime() + PATIENCE.toNanos();
                } else if (System.nanoTime() > patientUntil) {
                    throw new IllegalStateException("nothing came of topic " + topic + " for " + PATIENCE.toSeconds()
                            + " s, " + read + " offsets after its start: is a broker down?");
                }
                records.poll(POLL).forEach(consumer);
            }
        }
    }

    private static Map<TopicPartition, Long> ends(KafkaConnection connection, String topic) {
        try (Admin admin = Admin.create(connection.admin())) {
            return new TopicAdmin(admin).ends(topic, IsolationLevel.READ_UNCOMMITTED);
        }
    }
}
