package io.sightline.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.schemas.avro.LabelEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** The serdes against a genuine Kafka and a genuine Confluent Schema Registry. Skipped where there is no Docker. */
@Testcontainers(disabledWithoutDocker = true)
class ConfluentRegistryIT {

    private static final Network NETWORK = Network.newNetwork();

    @Container
    private static final KafkaContainer KAFKA = new KafkaContainer(DockerImageName.parse("apache/kafka:4.1.0"))
            .withNetwork(NETWORK)
            .withListener("kafka:19092");

    @Container
    private static final GenericContainer<?> REGISTRY = new GenericContainer<>(
                    DockerImageName.parse("confluentinc/cp-schema-registry:7.9.2"))
            .withNetwork(NETWORK)
            .dependsOn(KAFKA)
            .withExposedPorts(8081)
            .withEnv("SCHEMA_REGISTRY_HOST_NAME", "registry")
            .withEnv("SCHEMA_REGISTRY_LISTENERS", "http://0.0.0.0:8081")
            .withEnv("SCHEMA_REGISTRY_KAFKASTORE_BOOTSTRAP_SERVERS", "PLAINTEXT://kafka:19092")
            .waitingFor(Wait.forHttp("/subjects").forStatusCode(200));

    @Test
    void shouldCarryARecordThroughTheGenuineArticle() throws Exception {
        KafkaConnection connection = new KafkaConnection(
                KAFKA.getBootstrapServers(), "http://" + REGISTRY.getHost() + ":" + REGISTRY.getMappedPort(8081));
        RecordSerdes serdes = new RecordSerdes(connection);
        serdes.register();
        serdes.register();
        try (Admin admin = Admin.create(connection.admin())) {
            new TopicAdmin(admin).apply(new Topics(1, (short) 1).fixed());
        }
        LabelEvent cat = new LabelEvent("cat", "test", Instant.ofEpochMilli(1_700_000_000_000L));
        try (KafkaProducer<String, LabelEvent> producer = new KafkaProducer<>(
                connection.producer("test"), new StringSerializer(), serdes.serializer(LabelEvent.class))) {
            producer.send(new ProducerRecord<>(Topics.LABELS, "image", cat)).get();
        }
        try (KafkaConsumer<String, LabelEvent> consumer = new KafkaConsumer<>(
                connection.assignedConsumer("test"), new StringDeserializer(), serdes.deserializer(LabelEvent.class))) {
            consumer.assign(List.of(new TopicPartition(Topics.LABELS, 0)));
            consumer.seekToBeginning(consumer.assignment());
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertThat(consumer.poll(Duration.ofMillis(200)))
                            .anySatisfy(record -> assertThat(record.value()).isEqualTo(cat)));
        }
    }
}
