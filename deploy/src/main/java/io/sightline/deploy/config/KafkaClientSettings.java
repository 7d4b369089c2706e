package io.sightline.deploy.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** What Kafka clients can be told. */
final class KafkaClientSettings {

    /** Kafka Streams hands the rest to one of its clients. */
    private static final String OF_ONE_CLIENT =
            "^(main\\.consumer|restore\\.consumer|global\\.consumer|consumer|producer|admin)\\.";

    private KafkaClientSettings() {}

    /** A sentence for each name that no client knows: a plug-in may. */
    static List<String> unknown(Collection<String> names) {
        if (names.isEmpty()) {
            return List.of();
        }
        Set<String> known = new HashSet<>(AdminClientConfig.configNames());
        known.addAll(ProducerConfig.configNames());
        known.addAll(ConsumerConfig.configNames());
        known.addAll(StreamsConfig.configDef().names());
        return names.stream()
                .filter(name -> !known.contains(name.replaceFirst(OF_ONE_CLIENT, "")))
                .sorted()
                .map(name -> "no Kafka client knows '" + name + "' of sightline.kafka.client; the nearest is '"
                        + known.stream()
                                .min(Comparator.comparingInt((String other) -> UnknownKeys.distance(name, other))
                                        .thenComparing(Comparator.naturalOrder()))
                                .orElseThrow()
                        + "'")
                .toList();
    }
}
