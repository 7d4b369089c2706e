package io.sightline.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Stack;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.http.HttpSettings;
import io.sightline.http.RequestLimits;
import io.sightline.indexer.IndexerService;
import io.sightline.indexer.indexing.IndexingSettings;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.indexer.store.lucene.LuceneStores;
import io.sightline.local.LocalCluster;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Started;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Embedding;
import io.sightline.trainer.nets.ConvNet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The vectors as they are served: in the embeddings topic of an active version, from there in an indexer's index, asked over
 * HTTP. Broker and registry are on this machine, the indexer is in this process. {@link #nearest} is thread-safe, all else is
 * not; close it once.
 */
final class ServedGallery implements AutoCloseable {

    /** Requests a second of one client: what is measured is not to be held back. */
    private static final int UNLIMITED = 1_000_000;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LONGEST_STALL = Duration.ofMinutes(5);
    /** Ten times and more what a slow machine takes for an image. */
    private static final Duration LONGEST_MERGE_OF_ONE = Duration.ofMillis(20);

    private static final Duration LOOK = Duration.ofMillis(200);
    private static final List<Integer> WIDTHS = List.of(8, 16);
    private static final int PARTITIONS = 1;

    private final float[][] vectors;
    private final Started started = new Started();
    private final IndexerService indexer;
    private final SearchClient client;
    private final KafkaProducer<String, byte[]> producer;
    private final Serializer<Embedding> serializer;

    /**
     * Starts all, and waits until one segment answers. If that fails, all that was started is closed again.
     *
     * @throws IllegalStateException if the indexer stands still
     */
    ServedGallery(Path folder, float[][] vectors) throws IOException, InterruptedException {
        this.vectors = vectors;
        try {
            KafkaConnection connection = started.add(LocalCluster.start(folder.resolve("cluster"), 0, 0))
                    .connection();
            RecordSerdes serdes = Stack.applyTopics(connection, Topics.defaults());
            this.serializer = serdes.serializer(Embedding.class);
            this.producer = started.add(new KafkaProducer<>(
                    connection.producer("bench"), new StringSerializer(), new ByteArraySerializer()));
            UntrainedNetwork.activate(
                    connection,
                    serdes,
                    DataDirectory.models(folder),
                    IndexGallery.VERSION,
                    new ConvNet(Preprocessing.DRAWING, WIDTHS, vectors[0].length),
                    PARTITIONS);
            for (int i = 0; i < vectors.length; i++) {
                send(i);
            }
            producer.flush();
            ModelCatalog catalog = started.add(ModelCatalog.open(connection, serdes, PATIENCE));
            this.indexer = started.add(new IndexerService(
                    connection,
                    serdes,
                    catalog,
                    IndexingSettings.DEFAULT,
                    RolloutSettings.DEFAULT,
                    new PayloadReader(null, null, 1),
                    new LuceneStores(DataDirectory.indexes(folder), Clock.systemUTC()),
                    DataDirectory.indexes(folder),
                    Telemetry.withoutSpans(),
                    HttpSettings.loopback(0).withLimits(RequestLimits.DEFAULT.withRate(UNLIMITED, UNLIMITED)),
                    Clock.systemUTC()));
            this.client = started.add(new SearchClient(indexer.url()));
            awaitOneSegment();
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            started.undo(e);
            throw e;
        }
    }

    /** Sends an image's embedding once more, made now. */
    void send(int index) {
        String topic = Topics.embeddings(IndexGallery.VERSION);
        Embedding embedding = IndexGallery.embedding(index, vectors[index], Instant.now());
        producer.send(new ProducerRecord<>(topic, IndexGallery.id(index), serializer.serialize(topic, embedding)));
    }

    /** Address of the search API. */
    String url() {
        return indexer.url();
    }

    /** Ids of the nearest to a query, best first. */
    String[] nearest(float[] query, int ef) throws IOException {
        return search(Map.of("version", IndexGallery.VERSION, "vector", query, "k", IndexRow.K, "ef", ef))
                .neighbours()
                .stream()
                .map(SearchClient.Neighbour::id)
                .toArray(String[]::new);
    }

    private SearchClient.Answer search(Map<String, ?> request) throws IOException {
        try {
            return client.search(request);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while searching", e);
        }
    }

    private void awaitOneSegment() throws IOException, InterruptedException {
        Stall indexing = new Stall("the index of the gallery", LONGEST_STALL);
        try (ProgressBar bar = BenchBar.of("indexing", vectors.length, "images")) {
            JsonNode status = client.get("/v1/status");
            while (status.path("behind").path(IndexGallery.VERSION).asLong(-1) != 0) {
                long images = status.path("images").path(IndexGallery.VERSION).asLong();
                bar.stepTo(images);
                indexing.note(images, status.toString());
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
                status = client.get("/v1/status");
            }
        }
        // Nothing is seen of a merge but its end.
        Stall merging = new Stall("the merge of the gallery's index", LONGEST_STALL.plus(mergeTime()));
        while (!isOneSegment()) {
            merging.note(0, client.get("/v1/status").toString());
            TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
        }
    }

    private Duration mergeTime() {
        return LONGEST_MERGE_OF_ONE.multipliedBy(vectors.length);
    }

    private boolean isOneSegment() throws IOException {
        try {
            SearchClient.Answer answer =
                    search(Map.of("version", IndexGallery.VERSION, "vector", vectors[0], "k", 1, "explain", true));
            return answer.explain().path("segments").asInt() == 1;
        } catch (SearchClient.RefusedException e) {
            if (e.status() == 503) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        started.close();
    }
}
