package io.sightline.deploy.check;

import io.sightline.schemas.KafkaConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads all committed records that a topic holds now. */
public final class TopicScan {

    private TopicScan() {}

    /** Hands over the records from the start up to the end as of now, in the order of each partition. */
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
            Map<TopicPartition, Long> ends = records.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> records.position(end.getKey()) < end.getValue())) {
                records.poll(Duration.ofMillis(100)).forEach(consumer);
            }
        }
    }
}
