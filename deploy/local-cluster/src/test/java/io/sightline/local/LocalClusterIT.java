package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.RegistryUnavailableException;
import io.sightline.schemas.Topic;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.TopicConflictException;
import io.sightline.schemas.Topics;
import io.sightline.schemas.UndecodableRecordException;
import io.sightline.schemas.avro.LabelEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real broker, real registry, genuine Confluent client. */
class LocalClusterIT {

    @TempDir
    Path directory;

    @Test
    void shouldKeepRecordsAndSchemaIdsOverARestart() throws Exception {
        LabelEvent cat = new LabelEvent("cat", "test", Instant.ofEpochMilli(1_700_000_000_000L));
        try (LocalCluster cluster = LocalCluster.start(directory, 0, 0)) {
            applyTopics(cluster.connection());
            produce(cluster.connection(), "image-1", cat);
        }

        try (LocalCluster cluster = LocalCluster.start(directory, 0, 0)) {
            new RecordSerdes(cluster.connection()).register();
            produce(cluster.connection(), "image-2", new LabelEvent("dog", "test", cat.getEventTime()));

            List<ConsumerRecord<String, LabelEvent>> records = consume(cluster.connection(), 2);

            assertThat(records).extracting(ConsumerRecord::key).containsExactlyInAnyOrder("image-1", "image-2");
            assertThat(records).extracting(ConsumerRecord::value).contains(cat);
        }
    }

    @Test
    void shouldApplyTopicsIdempotentlyAndRefuseAnotherPartitionCount() {
        try (LocalBroker broker = LocalBroker.start(directory, 0);
                Admin admin = Admin.create(new KafkaConnection(broker.bootstrapServers(), "mock://apply").admin())) {
            TopicAdmin topics = new TopicAdmin(admin);
            List<Topic> fixed = Topics.defaults().fixed();

            Map<String, TopicAdmin.Change> first = topics.apply(fixed);
            Map<String, TopicAdmin.Change> second = topics.apply(fixed);
            Topic changed = new Topic(Topics.LABELS, 4, (short) -1, Map.of("cleanup.policy", "compact,delete"));
            Map<String, TopicAdmin.Change> third = topics.apply(List.of(changed));

            assertThat(first.values()).containsOnly(TopicAdmin.Change.CREATED);
            assertThat(second.values()).containsOnly(TopicAdmin.Change.UNCHANGED);
            assertThat(third).containsEntry(Topics.LABELS, TopicAdmin.Change.UPDATED);
            assertThatThrownBy(() -> topics.apply(new Topics(8, (short) -1).fixed()))
                    .isInstanceOf(TopicConflictException.class)
                    .hasMessageContaining("has 4 partitions, not 8");
        }
    }

    @Test
    void shouldTellUndecodableBytesApartFromAnUnreachableRegistry() {
        byte[] unknownSchema = {0, 0, 0, 99, 99, 1, 2, 3};
        try (LocalRegistry registry = LocalRegistry.start(directory, 0)) {
            RecordSerdes serdes = new RecordSerdes(new KafkaConnection("localhost:1", registry.url()));

            assertThatThrownBy(() -> serdes.deserializer(LabelEvent.class).deserialize("t", unknownSchema))
                    .isInstanceOf(UndecodableRecordException.class);
            assertThatThrownBy(() -> serdes.deserializer(LabelEvent.class).deserialize("t", new byte[] {7, 7}))
                    .isInstanceOf(UndecodableRecordException.class)
                    .hasMessageContaining("not a LabelEvent in t");
        }
        RecordSerdes nowhere = new RecordSerdes(new KafkaConnection("localhost:1", "http://127.0.0.1:" + Ports.free()));

        assertThatThrownBy(() -> nowhere.deserializer(LabelEvent.class).deserialize("t", unknownSchema))
                .isInstanceOf(RegistryUnavailableException.class);
    }

    @Test
    void shouldStartTheRegistryOnAnotherPortWhenItsOwnIsTakenMeanwhile() throws IOException {
        LocalRegistry registry = LocalRegistry.launch(directory, 0);
        URI first = URI.create(registry.url());
        try (registry;
                ServerSocket intruder = new ServerSocket(first.getPort(), 1, InetAddress.getLoopbackAddress())) {
            registry.awaitReady();

            assertThat(URI.create(registry.url()).getPort()).isNotEqualTo(intruder.getLocalPort());
        }
    }

    @Test
    void shouldSayWhyTheRegistryDidNotStartOnThePortThatWasAskedFor() throws IOException {
        int port = Ports.free();
        LocalRegistry registry = LocalRegistry.launch(directory, port);
        try (registry;
                ServerSocket intruder = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(intruder.isBound()).isTrue();
            assertThatThrownBy(registry::awaitReady)
                    .isInstanceOf(LocalClusterException.class)
                    .hasMessageContaining("the schema registry ended with 1")
                    .hasMessageContaining(String.valueOf(port));
        }
    }

    @Test
    void shouldNotTakeAnotherRegistryOnItsPortForItsOwn() throws IOException {
        int port = Ports.free();
        LocalRegistry registry = LocalRegistry.launch(directory, port);
        HttpServer other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        other.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, -1);
            }
        });
        other.start();
        try (registry) {
            assertThatThrownBy(registry::awaitReady)
                    .isInstanceOf(LocalClusterException.class)
                    .hasMessageContaining("another server answers on port " + port)
                    .hasMessageContaining("choose another port");
        } finally {
            other.stop(0);
        }
    }

    private static void applyTopics(KafkaConnection connection) {
        try (Admin admin = Admin.create(connection.admin())) {
            new TopicAdmin(admin).apply(Topics.defaults().fixed());
        }
        new RecordSerdes(connection).register();
    }

    private static void produce(KafkaConnection connection, String key, LabelEvent event) throws Exception {
        RecordSerdes serdes = new RecordSerdes(connection);
        try (KafkaProducer<String, LabelEvent> producer = new KafkaProducer<>(
                connection.producer("test"), new StringSerializer(), serdes.serializer(LabelEvent.class))) {
            producer.send(new ProducerRecord<>(Topics.LABELS, key, event)).get();
        }
    }

    private static List<ConsumerRecord<String, LabelEvent>> consume(KafkaConnection connection, int expected) {
        RecordSerdes serdes = new RecordSerdes(connection);
        List<ConsumerRecord<String, LabelEvent>> records = new ArrayList<>();
        try (KafkaConsumer<String, LabelEvent> consumer = new KafkaConsumer<>(
                connection.assignedConsumer("test"), new StringDeserializer(), serdes.deserializer(LabelEvent.class))) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.LABELS).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
            while (records.size() < expected && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }
}
