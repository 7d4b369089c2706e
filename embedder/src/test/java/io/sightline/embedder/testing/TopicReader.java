package io.sightline.embedder.testing;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.TopicAdmin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads what a topic holds now. */
public final class TopicReader {

    private TopicReader() {}

    /**
     * All committed records from the beginning to the present end. Transactions that are still open there are waited
     * for: a lane's offsets can be committed a moment before the records that they stand for.
     */
    public static <T> List<ConsumerRecord<String, T>> readAll(
            KafkaConnection connection, String topic, Deserializer<T> deserializer) {
        List<ConsumerRecord<String, T>> records = new ArrayList<>();
        try (KafkaConsumer<String, T> consumer = new KafkaConsumer<>(
                connection.assignedConsumer("topic-reader"), new StringDeserializer(), deserializer)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = ends(connection, topic);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    private static Map<TopicPartition, Long> ends(KafkaConnection connection, String topic) {
        try (Admin admin = Admin.create(connection.admin())) {
            return new TopicAdmin(admin).ends(topic, IsolationLevel.READ_UNCOMMITTED);
        }
    }
}
