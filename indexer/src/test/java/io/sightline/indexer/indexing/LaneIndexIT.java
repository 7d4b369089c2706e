package io.sightline.indexer.indexing;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.erasure.ErasureLedger;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestKafka;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.lucene.LuceneStores;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topic;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.Vectors;
import io.sightline.schemas.avro.Coordinates;
import io.sightline.schemas.avro.Embedding;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One index on a real broker and a real registry. */
@Timeout(Patience.TEST_SECONDS)
class LaneIndexIT {

    private static final StoreKey KEY = new StoreKey("v1", 2, "topic", "labels");
    private static final String TOPIC = Topics.embeddings("v1");
    private static final int RECORDS_OF_EACH = 3_000;

    @TempDir
    Path directory;

    private final AtomicInteger written = new AtomicInteger();
    private final AtomicInteger writtenBeforeAnswers = new AtomicInteger(-1);

    /** However much came while it was down, and though all labels are read again. */
    @Test
    void shouldAnswerWithWhatIsOnDiskBeforeItReadsOn() throws Exception {
        try (TestKafka kafka = TestKafka.start(directory.resolve("kafka"));
                Admin admin = Admin.create(kafka.connection().admin())) {
            RecordSerdes serdes = new RecordSerdes(kafka.connection());
            serdes.register();
            TopicAdmin topics = new TopicAdmin(admin);
            Topic embeddings =
                    Topics.defaults().embeddingsTopic("v1", Topics.defaults().partitions());
            topics.apply(Topics.defaults().fixed());
            topics.apply(List.of(embeddings));
            Serializer<Embedding> serializer = serdes.serializer(Embedding.class);
            int images = embeddings.partitions() * RECORDS_OF_EACH;

            fill(kafka.connection(), serializer, embeddings.partitions(), 0);
            Map<TopicPartition, Long> firstEnds = ends(topics);
            try (LaneIndex index = open(kafka.connection(), serdes, firstEnds, firstEnds)) {
                await().until(index::isReady);
                assertThat(index.store().count()).isEqualTo(images);
            }

            fill(kafka.connection(), serializer, embeddings.partitions(), images);
            written.set(0);
            writtenBeforeAnswers.set(-1);
            Map<TopicPartition, Long> ends = ends(topics);
            Map<TopicPartition, Long> required =
                    new SearchableMark(directory, KEY).read().orElseThrow();
            try (LaneIndex index = open(kafka.connection(), serdes, ends, required)) {
                await().until(index::isReady);
                assertThat(writtenBeforeAnswers.get()).isZero();

                await().until(() -> index.behind() == 0 && index.hasReached(ends));
                assertThat(index.store().count()).isEqualTo(2L * images);
            }
        }
    }

    private static Map<TopicPartition, Long> ends(TopicAdmin topics) {
        Map<TopicPartition, Long> ends = new HashMap<>(topics.ends(TOPIC, IsolationLevel.READ_COMMITTED));
        ends.putAll(topics.ends(Topics.LABELS, IsolationLevel.READ_COMMITTED));
        return ends;
    }

    private LaneIndex open(
            KafkaConnection connection,
            RecordSerdes serdes,
            Map<TopicPartition, Long> ends,
            Map<TopicPartition, Long> required)
            throws StoreDamagedException {
        LaneIndex index = new LaneIndex(
                connection,
                serdes,
                counted(new LuceneStores(directory.resolve("indexes"), Clock.systemUTC()).open(KEY)),
                ends,
                required,
                new SearchableMark(directory, KEY),
                IndexingSettings.DEFAULT,
                images -> {},
                new ErasureLedger(),
                new IndexTelemetry(Telemetry.withoutSpans(), KEY.version()));
        index.seen();
        return index;
    }

    private static void fill(KafkaConnection connection, Serializer<Embedding> serializer, int partitions, int from) {
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(connection.producer("test"), new StringSerializer(), new ByteArraySerializer())) {
            IntStream.range(from, from + partitions * RECORDS_OF_EACH)
                    .forEach(i -> producer.send(new ProducerRecord<>(
                            TOPIC, i % partitions, "image " + i, serializer.serialize(TOPIC, embedding(i)))));
        }
    }

    private static Embedding embedding(int number) {
        double angle = number * 0.001;
        return new Embedding(
                Vectors.encode(new float[] {(float) Math.cos(angle), (float) Math.sin(angle)}),
                "v1",
                "00ff",
                "image/png",
                Map.of(),
                Instant.EPOCH,
                new Coordinates(Topics.IMAGES, 0, (long) number));
    }

    /** The store, which notes how much is written when it is refreshed for the first time: it may answer from then on. */
    private VectorStore counted(VectorStore store) {
        return (VectorStore) Proxy.newProxyInstance(
                VectorStore.class.getClassLoader(), new Class<?>[] {VectorStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("upsert")) {
                        written.incrementAndGet();
                    } else if (method.getName().equals("refresh")) {
                        writtenBeforeAnswers.compareAndSet(-1, written.get());
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
