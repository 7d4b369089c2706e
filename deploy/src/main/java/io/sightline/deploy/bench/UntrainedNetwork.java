package io.sightline.deploy.bench;

import io.sightline.embedder.artifact.ArtifactWriter;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.embedder.versions.SoleDecider;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Lineage;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.publish.ServingGraph;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.clients.admin.Admin;

/** A network with its initial weights, where it does not matter what one has learned. Thread-safe; close it once. */
public final class UntrainedNetwork implements AutoCloseable {

    private static final int DIMENSIONS = 64;

    private final ServingGraph graph;

    /** The small network that benchmarks of the embedder have if nothing else is said. */
    static EmbeddingNet smallNet(Preprocessing preprocessing) {
        return new ConvNet(preprocessing, ConvNet.DEFAULT_WIDTHS, DIMENSIONS);
    }

    /** Draws the weights. */
    public UntrainedNetwork(EmbeddingNet net, long seed) {
        this.graph = new ServingGraph(net, net.start(new SplittableRandom(seed)));
    }

    /** Writes it as a version below the given folder. */
    public ModelArtifact write(Path models, String version) {
        return graph.write(new ArtifactWriter(models), version);
    }

    /** What announces such a version. */
    public static ModelEvent event(ModelArtifact artifact) {
        Instant now = Instant.now();
        return ModelEvent.newBuilder()
                .setVersion(artifact.descriptor().version())
                .setStatus(ModelStatus.CANDIDATE)
                .setReason("a network with its initial weights")
                .setEventTime(now)
                .setPublishedTime(now)
                .setArtifactUri(artifact.directory().toUri().toString())
                .setManifestSha256(artifact.manifestSha256())
                .setDimensions(artifact.descriptor().dimensions())
                .setPreprocessing(artifact.descriptor().preprocessingFingerprint())
                .setLineage(new Lineage(0L, 0L, 0, 0, Map.of()))
                .build();
    }

    /** Writes one as a version below the given folder, with a topic for its embeddings, and makes it the active one. */
    public static void activate(
            KafkaConnection connection,
            RecordSerdes serdes,
            Path models,
            String version,
            EmbeddingNet net,
            int partitions) {
        try (Admin admin = Admin.create(connection.admin());
                ModelLog log = new ModelLog(connection, serdes);
                UntrainedNetwork network = new UntrainedNetwork(net, 1)) {
            new TopicAdmin(admin).apply(List.of(Topics.defaults().embeddingsTopic(version, partitions)));
            SoleDecider.of(log).move(event(network.write(models, version)), ModelStatus.ACTIVE);
        }
    }

    @Override
    public void close() {
        graph.close();
    }
}
