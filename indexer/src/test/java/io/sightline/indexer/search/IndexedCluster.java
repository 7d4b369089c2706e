package io.sightline.indexer.search;

import static io.sightline.embedder.testing.Patience.await;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.lanes.LaneProgress;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.payload.PayloadStore;
import io.sightline.embedder.runtime.VersionNetwork;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestKafka;
import io.sightline.embedder.testing.TestModels;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.http.HttpSettings;
import io.sightline.indexer.IndexerService;
import io.sightline.indexer.indexing.IndexingSettings;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.indexer.store.VectorStores;
import io.sightline.indexer.store.lucene.LuceneStores;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.Vectors;
import io.sightline.schemas.avro.Coordinates;
import io.sightline.schemas.avro.Embedding;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.ModelEvent;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A real broker, registry and indexer; the test writes what ingest and embedder would. */
final class IndexedCluster implements AutoCloseable {

    static final int D = 8;
    static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    private static final IndexingSettings FAST = new IndexingSettings(Duration.ofMillis(50), Duration.ofMillis(100));

    final PayloadStore payloads;
    private final Path root;
    private final TestKafka cluster;
    private final KafkaConnection connection;
    private final RecordSerdes serdes;
    private final Admin admin;
    private final KafkaProducer<String, byte[]> producer;
    private final ModelLog log;
    private final ModelCatalog catalog;
    private final IndexerService indexer;
    /** How each image is embedded by the network of another version. */
    private final Map<String, Consumer<VersionNetwork>> embedded = new HashMap<>();

    IndexedCluster(Path root) {
        this(root, new LuceneStores(root.resolve("indexes"), Clock.systemUTC()));
    }

    /** With indexes elsewhere. */
    IndexedCluster(Path root, VectorStores stores) {
        this.root = root;
        this.cluster = TestKafka.start(root.resolve("cluster"));
        this.connection = cluster.connection();
        this.serdes = new RecordSerdes(connection);
        serdes.register();
        this.admin = Admin.create(connection.admin());
        new TopicAdmin(admin).apply(Topics.defaults().fixed());
        this.producer =
                new KafkaProducer<>(connection.producer("test"), new StringSerializer(), new ByteArraySerializer());
        this.log = new ModelLog(connection, serdes);
        this.catalog = ModelCatalog.open(connection, serdes, Patience.LIMIT);
        this.payloads = new PayloadStore(root.resolve("payloads"), 1 << 20).create();
        this.indexer = start(stores, root.resolve("indexes"), 0);
    }

    String url() {
        return indexer.url();
    }

    private IndexerService start(VectorStores stores, Path directory, int port) {
        return new IndexerService(
                connection,
                serdes,
                catalog,
                FAST,
                RolloutSettings.DEFAULT,
                new PayloadReader(payloads, null, 0),
                stores,
                directory,
                Telemetry.withoutSpans(),
                HttpSettings.loopback(port),
                Clock.systemUTC());
    }

    /** Starts another indexer on a port of its own choice; closes it if it starts. */
    void startAnother(int port) {
        Path others = root.resolve("others");
        start(new LuceneStores(others, Clock.systemUTC()), others, port).close();
    }

    /** Makes a version active, with all images that the one before has. */
    void activate(String version) {
        Topics topics = Topics.defaults();
        new TopicAdmin(admin).apply(List.of(topics.embeddingsTopic(version, topics.partitions())));
        ModelArtifact artifact =
                TestModels.write(root.resolve("models"), version, Preprocessing.DRAWING, D, version.hashCode());
        try (VersionNetwork network = VersionNetwork.load(artifact, ImageLimits.DEFAULT)) {
            embedded.values().forEach(one -> one.accept(network));
        }
        log.publish(TestModels.event(artifact, NOW));
        await().until(() -> {
            commit(version);
            return catalog.current().active().map(ModelEvent::getVersion).equals(Optional.of(version));
        });
    }

    /** Says that the version's lane has embedded everything. */
    private void commit(String version) throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        new TopicAdmin(admin)
                .ends(Topics.IMAGES, IsolationLevel.READ_COMMITTED)
                .forEach((partition, end) -> offsets.put(partition, new OffsetAndMetadata(end)));
        admin.alterConsumerGroupOffsets(LaneProgress.group(version), offsets)
                .all()
                .get();
    }

    /** Writes an image event. */
    Coordinates ingest(String id, Object payload) {
        return write(
                Topics.IMAGES,
                id,
                ImageEvent.newBuilder()
                        .setPayload(payload)
                        .setContentType("image/png")
                        .setTags(Map.of("source", "phone"))
                        .setSource("test")
                        .setEventTime(NOW)
                        .build());
    }

    /** Writes the embedding of an image event; its cosine with the first axis is given. */
    void embed(String version, String id, byte[] content, Coordinates origin, double cosine) {
        embedded.put(id, another -> embed(another, id, content, origin));
        float[] vector = new float[D];
        vector[0] = (float) cosine;
        vector[1] = (float) Math.sqrt(1 - cosine * cosine);
        embed(version, id, content, origin, vector);
    }

    /** The gates of a version that follows another embed its images once more. */
    private void embed(VersionNetwork network, String id, byte[] content, Coordinates origin) {
        try {
            embed(network.version(), id, content, origin, network.embed(content));
        } catch (RejectedImageException e) {
            throw new IllegalStateException("image " + id + " cannot be embedded", e);
        }
    }

    private void embed(String version, String id, byte[] content, Coordinates origin, float[] vector) {
        write(
                Topics.embeddings(version),
                id,
                new Embedding(
                        Vectors.encode(vector),
                        version,
                        Sha256.hex(content),
                        "image/png",
                        Map.of("source", "phone"),
                        NOW,
                        origin));
    }

    private <T extends SpecificRecord> Coordinates write(String topic, String id, T value) {
        try {
            @SuppressWarnings("unchecked")
            Class<T> type = (Class<T>) value.getClass();
            byte[] bytes = serdes.serializer(type).serialize(topic, value);
            RecordMetadata written =
                    producer.send(new ProducerRecord<>(topic, id, bytes)).get();
            return new Coordinates(topic, written.partition(), written.offset());
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("the broker did not take " + id, e);
        }
    }

    @Override
    public void close() {
        indexer.close();
        catalog.close();
        log.close();
        producer.close();
        admin.close();
        cluster.close();
    }
}
