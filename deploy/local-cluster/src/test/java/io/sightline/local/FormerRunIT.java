package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker is killed together with a client that has a transaction open. Started again it aborts that by its timeout, as soon
 * as it may. Started as its disk says, and with the session time-out that Kafka has by default, it left all partitions of the
 * transaction open, see {@link FormerRun}; with its own, much longer one it would not start.
 */
class FormerRunIT {

    private static final String TOPIC = "results";
    private static final int PARTITIONS = 4;
    private static final String OPEN = "the transaction is open";
    private static final String GROUP = "readers";
    private static final String CLEANUP = "transaction.abort.timed.out.transaction.cleanup.interval.ms";
    private static final Map<String, String> EAGER = Map.of(CLEANUP, "500");
    /** Whatever is open when it is killed is open still. */
    private static final Map<String, String> NEVER = Map.of(CLEANUP, "3600000");

    private static final Duration LONGEST = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    @Test
    void shouldEndTheTransactionsOfClientsThatWereKilledWithTheBroker() throws Exception {
        Path printed = directory.resolve("printed");
        Process process = start(printed);
        try {
            await("an open transaction")
                    .atMost(LONGEST)
                    .until(() -> !process.isAlive() || Files.readString(printed).contains(OPEN));
            assertThat(printed).content().contains(OPEN);
        } finally {
            process.destroyForcibly().onExit().join();
        }

        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0, EAGER);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            Map<TopicPartition, Long> written = ends(admin, IsolationLevel.READ_UNCOMMITTED);
            assertThat(written.values()).allMatch(end -> end >= 1);

            await("all of it is aborted")
                    .atMost(LONGEST)
                    .untilAsserted(() -> assertThat(ends(admin, IsolationLevel.READ_COMMITTED))
                            .isEqualTo(ends(admin, IsolationLevel.READ_UNCOMMITTED)));
            // As a lane reads its own: an offset that is part of an open transaction is waited for.
            assertThat(admin.listConsumerGroupOffsets(GROUP, new ListConsumerGroupOffsetsOptions().requireStable(true))
                            .partitionsToOffsetAndMetadata()
                            .get())
                    .isEmpty();
        }
    }

    private Process start(Path printed) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerWithOpenTransaction.class.getName(),
                        directory.resolve("kafka").toString())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
    }

    private static Map<TopicPartition, Long> ends(Admin admin, IsolationLevel isolation) throws Exception {
        Map<TopicPartition, OffsetSpec> latest = IntStream.range(0, PARTITIONS)
                .boxed()
                .collect(Collectors.toMap(
                        partition -> new TopicPartition(TOPIC, partition), partition -> OffsetSpec.latest()));
        return admin.listOffsets(latest, new ListOffsetsOptions(isolation)).all().get().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    /** A broker in a process of its own, and a client with a transaction that neither of them ends. */
    static final class BrokerWithOpenTransaction {

        private BrokerWithOpenTransaction() {}

        public static void main(String[] args) throws Exception {
            ParentWatch.start();
            LocalBroker broker = LocalBroker.start(Path.of(args[0]), 0, NEVER);
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
                admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
                        .all()
                        .get();
            }
            KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                    Map.of("bootstrap.servers", broker.bootstrapServers(), "group.id", GROUP),
                    new StringDeserializer(),
                    new StringDeserializer());
            // Closing it would abort the transaction.
            KafkaProducer<String, String> producer = new KafkaProducer<>(
                    Map.of(
                            "bootstrap.servers",
                            broker.bootstrapServers(),
                            "transactional.id",
                            "client",
                            "transaction.timeout.ms",
                            500),
                    new StringSerializer(),
                    new StringSerializer());
            producer.initTransactions();
            producer.beginTransaction();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                producer.send(new ProducerRecord<>(TOPIC, partition, "image", "vector"))
                        .get();
            }
            producer.sendOffsetsToTransaction(
                    Map.of(new TopicPartition(TOPIC, 0), new OffsetAndMetadata(1)), consumer.groupMetadata());
            System.out.println(OPEN);
            Thread.currentThread().join();
        }
    }
}
