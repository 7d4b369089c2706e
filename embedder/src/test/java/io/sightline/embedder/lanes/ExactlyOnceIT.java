package io.sightline.embedder.lanes;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.testing.TestImages;
import io.sightline.embedder.testing.TestKafka;
import io.sightline.embedder.testing.TopicReader;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Embedding;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Micro-batches under kill -9. The same lane without its hold on the commits loses images here: if it did not, the other
 * test would prove nothing.
 */
@Tag("slow")
class ExactlyOnceIT {

    private static final int IMAGES = 2500;
    private static final int KILLS = Integer.getInteger("sightline.kills", 3);

    @TempDir
    Path directory;

    @Test
    void shouldEmbedEveryImageOnceWhateverIsKilled() throws Exception {
        Map<String, Long> counts = embedUnderKills(false);

        assertThat(counts).hasSize(IMAGES);
        assertThat(counts.values()).allMatch(count -> count == 1);
    }

    @Test
    void shouldLoseImagesWithoutTheHoldOnCommits() throws Exception {
        Map<String, Long> counts = embedUnderKills(true);

        assertThat(counts.size()).isLessThan(IMAGES);
    }

    /** Embeddings by image. */
    private Map<String, Long> embedUnderKills(boolean naive) throws Exception {
        try (TestKafka cluster = TestKafka.start(directory.resolve("cluster"))) {
            KafkaConnection connection = cluster.connection();
            RecordSerdes serdes = new RecordSerdes(connection);
            serdes.register();
            try (Admin admin = Admin.create(connection.admin())) {
                TopicAdmin topics = new TopicAdmin(admin);
                topics.apply(Topics.defaults().fixed());
                int partitions = Topics.defaults().partitions();
                topics.apply(List.of(Topics.defaults().embeddingsTopic(SlowLane.VERSION, partitions)));
                produce(connection, serdes);
                long seed = System.nanoTime();
                System.out.println("kills with seed " + seed);
                Random random = new Random(seed);
                for (int kill = 0; kill < KILLS; kill++) {
                    long before = committed(admin);
                    Process process = start(connection, naive, kill);
                    // In the midst of the work, wherever that is.
                    await().until(() -> committed(admin) > before);
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(100, 700));
                    process.destroyForcibly().onExit().join();
                }
                Process last = start(connection, naive, KILLS);
                try {
                    await().atMost(Duration.ofMinutes(5))
                            .until(() ->
                                    LaneProgress.read(admin, SlowLane.VERSION).lag() == 0);
                } finally {
                    last.destroyForcibly().onExit().join();
                }
            }
            return TopicReader.readAll(
                            connection, Topics.embeddings(SlowLane.VERSION), serdes.deserializer(Embedding.class))
                    .stream()
                    .collect(Collectors.groupingBy(ConsumerRecord::key, Collectors.counting()));
        }
    }

    private static long committed(Admin admin) {
        return LaneProgress.read(admin, SlowLane.VERSION).committed().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    private Process start(KafkaConnection connection, boolean naive, int number) throws Exception {
        File log = directory.resolve("lane-" + number + ".log").toFile();
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+IgnoreUnrecognizedVMOptions",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SlowLane.class.getName(),
                        connection.bootstrapServers(),
                        connection.schemaRegistry(),
                        directory.resolve("state").toString(),
                        String.valueOf(naive))
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
    }

    private static void produce(KafkaConnection connection, RecordSerdes serdes) {
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(connection.producer("test"), new StringSerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < IMAGES; i++) {
                ImageEvent event = new ImageEvent(
                        new InlinePayload(ByteBuffer.wrap(TestImages.png(28, 28, i))),
                        "image/png",
                        Map.of(),
                        "test",
                        Instant.ofEpochMilli(1_780_000_000_000L));
                byte[] value = serdes.serializer(ImageEvent.class).serialize(Topics.IMAGES, event);
                producer.send(new ProducerRecord<>(Topics.IMAGES, "image-" + i, value));
            }
        }
    }
}
