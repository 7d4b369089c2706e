package io.sightline.deploy.bench;

import io.sightline.deploy.stack.Stack;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.embedder.lanes.LaneSupervisor;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.embedder.versions.SoleDecider;
import io.sightline.local.LocalCluster;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Started;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A broker, a registry and versions of an untrained network for benchmarks of the embedder. Close it once. */
final class EmbedCluster implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final Started started = new Started();
    private final KafkaConnection connection;
    private final RecordSerdes serdes;
    private final ModelCatalog catalog;
    private final SoleDecider decider;
    private final UntrainedNetwork network;
    private int versions;

    EmbedCluster(Path directory, EmbedContent content) {
        this.directory = directory;
        try {
            this.connection = started.add(LocalCluster.start(directory.resolve("cluster"), 0, 0))
                    .connection();
            this.serdes = Stack.applyTopics(connection, Topics.defaults());
            this.catalog = started.add(ModelCatalog.open(connection, serdes, PATIENCE));
            this.decider = SoleDecider.of(started.add(new ModelLog(connection, serdes)));
            this.network = started.add(new UntrainedNetwork(content.net(), 1));
        } catch (RuntimeException | Error e) {
            started.undo(e);
            throw e;
        }
    }

    KafkaConnection connection() {
        return connection;
    }

    RecordSerdes serdes() {
        return serdes;
    }

    Path state(String name) {
        return directory.resolve("state-" + name);
    }

    /** Writes the network as one more version, with an empty topic for its embeddings. */
    ModelArtifact newVersion() {
        versions++;
        String version = "v" + versions;
        ModelArtifact artifact = network.write(directory.resolve("models"), version);
        try (Admin admin = Admin.create(connection.admin())) {
            Topics topics = Topics.defaults();
            new TopicAdmin(admin).apply(List.of(topics.embeddingsTopic(version, topics.partitions())));
        }
        return artifact;
    }

    /** Sends all images, the i-th as image-i. */
    void produce(EmbedContent content) {
        try (KafkaProducer<String, byte[]> producer = producer()) {
            for (int i = 0; i < content.images().size(); i++) {
                producer.send(new ProducerRecord<>(Topics.IMAGES, "image-" + i, content.event(i, serdes)));
            }
        }
    }

    KafkaProducer<String, byte[]> producer() {
        return new KafkaProducer<>(connection.producer("bench"), new StringSerializer(), new ByteArraySerializer());
    }

    /** Makes a version the active one, and the only one, and starts a lane for it. */
    LaneSupervisor startLane(ModelArtifact artifact, LaneSettings settings, Telemetry telemetry) {
        String before = decider.versions().active().map(ModelEvent::getVersion).orElse(null);
        say(artifact, ModelStatus.ACTIVE);
        if (before != null) {
            decider.expire(before, Instant.now());
        }
        return new LaneSupervisor(
                connection,
                serdes,
                Topics.defaults(),
                settings,
                catalog,
                new PayloadReader(null, null, 0),
                state(artifact.descriptor().version()),
                telemetry,
                Clock.systemUTC());
    }

    /** An embedder in a process of its own, with the lanes of all live versions. */
    ServiceProcess embedder(Class<?> command, JavaHeap heap) throws IOException, InterruptedException {
        return ServiceProcess.start(
                command,
                "embedder",
                heap,
                directory.resolve("output.txt"),
                List.of(
                        "--bootstrap-servers",
                        connection.bootstrapServers(),
                        "--schema-registry",
                        connection.schemaRegistry(),
                        "--dir",
                        directory.resolve("embedder").toString()));
    }

    /** Says what a version is from now on. */
    void say(ModelArtifact artifact, ModelStatus status) {
        decider.move(UntrainedNetwork.event(artifact), status);
    }

    /** Ends a version that was replaced: its lane ends, and group and topic are removed. */
    void expire(ModelArtifact artifact) {
        decider.expire(artifact.descriptor().version(), Instant.now());
    }

    /** Tells about embeddings of a version as they are committed, batch by batch, until so many have come. */
    void read(String version, int wanted, Consumer<List<ConsumerRecord<String, byte[]>>> reader) {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                connection.assignedConsumer("bench-reader"), new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(
                            0, Topics.defaults().partitions())
                    .mapToObj(p -> new TopicPartition(Topics.embeddings(version), p))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long latest = System.nanoTime() + PATIENCE.multipliedBy(5).toNanos();
            int seen = 0;
            while (seen < wanted) {
                List<ConsumerRecord<String, byte[]>> some = new java.util.ArrayList<>();
                consumer.poll(Duration.ofMillis(20)).forEach(some::add);
                seen += some.size();
                if (!some.isEmpty()) {
                    reader.accept(some);
                } else if (System.nanoTime() > latest) {
                    throw new IllegalStateException(
                            "only " + seen + " of " + wanted + " embeddings of " + version + " came");
                }
            }
        }
    }

    @Override
    public void close() {
        started.close();
    }
}
