package io.sightline.embedder.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.payload.PayloadServer;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.embedder.payload.PayloadStore;
import io.sightline.embedder.runtime.BatchEmbedder;
import io.sightline.embedder.testing.TestImages;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.DeadLetter;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.Embedding;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.PayloadReference;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images by reference, from their record to their embedding. */
@Timeout(60)
class EmbedProcessorTest {

    private static final String VERSION = "v1";
    private static final byte[] IMAGE = TestImages.png(40, 40, 1);
    private static final byte[] OTHER = TestImages.png(40, 40, 2);

    private static final int MAX_IN_FLIGHT = 128;
    private static final Duration FETCH_FOR = Duration.ofMillis(500);

    @TempDir
    Path folder;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final LaneMeters meters = new LaneMeters(registry, VERSION);
    private final ThreadPoolExecutor decoders = (ThreadPoolExecutor) Executors.newFixedThreadPool(1);
    private final InFlightBudget budget = new InFlightBudget(Long.MAX_VALUE);
    private Path root;
    private PayloadStore store;
    private PayloadServer hosts;
    private ContentReader contents;
    private Preprocessor preprocessor;
    private MicroBatcher batcher;
    private RecordSerdes serdes;
    private TopologyTestDriver driver;
    private TestInputTopic<String, byte[]> images;
    private TestOutputTopic<String, Embedding> embeddings;
    private TestOutputTopic<String, DeadLetter> deadLetters;

    @SuppressWarnings("NullAway.Init") // Set before each test.
    EmbedProcessorTest() {}

    @BeforeEach
    void start() throws Exception {
        root = folder.resolve("payloads");
        PayloadSettings settings = new PayloadSettings(root.toString(), 0, 0, Set.of(), Duration.ZERO);
        store = settings.openStore();
        hosts = new PayloadServer();
        PayloadReader payloads = new PayloadReader(store, hosts.fetcher(Duration.ofMillis(100), FETCH_FOR), 0);
        contents = new ContentReader(payloads, decoders, meters);
        preprocessor = new Preprocessor(Preprocessing.DRAWING, ImageLimits.DEFAULT);
        batcher = new MicroBatcher(new FirstPixels(), 8, Duration.ofMillis(5), meters, null);
        KafkaConnection connection = new KafkaConnection("unused:1", "mock://embed-processor");
        serdes = new RecordSerdes(connection);
        serdes.register();
        EmbedProcessor.LaneParts parts = new EmbedProcessor.LaneParts(
                VERSION,
                Topics.IMAGES,
                serdes.deserializer(ImageEvent.class),
                contents,
                preprocessor,
                batcher,
                new Watermarks(),
                new VectorCache(10),
                meters,
                budget,
                MAX_IN_FLIGHT,
                Long.MAX_VALUE);
        Properties properties =
                connection.streams("embed-test", folder.resolve("state").toString());
        driver = new TopologyTestDriver(LaneTopology.build(parts, serdes), properties);
        images = driver.createInputTopic(Topics.IMAGES, new StringSerializer(), new ByteArraySerializer());
        embeddings = driver.createOutputTopic(
                Topics.embeddings(VERSION), new StringDeserializer(), serdes.deserializer(Embedding.class));
        deadLetters = driver.createOutputTopic(
                Topics.DEAD_LETTERS, new StringDeserializer(), serdes.deserializer(DeadLetter.class));
    }

    @AfterEach
    void stop() {
        driver.close();
        contents.close();
        hosts.close();
        batcher.close();
        decoders.close();
        preprocessor.close();
    }

    @Test
    void shouldEmbedAReferencedImageLikeAnInlineOne() throws Exception {
        send("by reference", store.put(IMAGE));
        Embedding byReference = nextEmbedding("by reference");
        send("inline", new InlinePayload(ByteBuffer.wrap(IMAGE)));
        Embedding inline = nextEmbedding("inline");

        assertThat(byReference.getVector()).isEqualTo(inline.getVector());
        assertThat(byReference.getContentSha256()).isEqualTo(Sha256.hex(IMAGE)).isEqualTo(inline.getContentSha256());
        assertThat(deadLetters.isEmpty()).isTrue();
    }

    @Test
    void shouldMakeADeadLetterOfWhatCanNeverBeRead() throws Exception {
        PayloadReference missing = store.put(IMAGE);
        Files.delete(file(missing));
        PayloadReference altered = store.put(OTHER);
        Files.write(file(altered), IMAGE);

        send("missing", missing);
        send("altered", altered);
        send("too large", new PayloadReference(missing.getUri(), missing.getSha256(), Long.MAX_VALUE));
        send("without a hash", new PayloadReference(missing.getUri(), "00", 1L));

        for (String id : List.of("missing", "altered", "too large", "without a hash")) {
            assertThat(next(embeddings)).isEqualTo(KeyValue.pair(id, null));
        }
        assertThat(deadLetters.readKeyValuesToList())
                .extracting(letter -> letter.key, letter -> letter.value.getReason())
                .containsExactly(
                        tuple("missing", DeadLetterReason.PAYLOAD_MISSING),
                        tuple("altered", DeadLetterReason.HASH_MISMATCH),
                        tuple("too large", DeadLetterReason.OVERSIZE),
                        tuple("without a hash", DeadLetterReason.MALFORMED));
    }

    @Test
    void shouldWaitForAStoreThatIsAwayWithoutADecoder() throws Exception {
        PayloadReference reference = store.put(IMAGE);
        Path away = Files.move(root, folder.resolve("away"));
        byte[] event = send("delayed", reference);
        send("inline", new InlinePayload(ByteBuffer.wrap(OTHER)));

        awaitForwarding(() -> retries() >= 2 && decoders.getCompletedTaskCount() == 1);
        assertThat(embeddings.isEmpty()).isTrue();
        assertThat(decoders.getActiveCount()).isZero();
        assertThat(inFlight()).isGreaterThanOrEqualTo(event.length + IMAGE.length);
        Files.move(away, root);

        nextEmbedding("delayed");
        nextEmbedding("inline");
        assertThat(deadLetters.isEmpty()).isTrue();
        assertThat(inFlight()).isZero();
    }

    @Test
    void shouldGiveUpHostsThatNeverAnswerThoughThePipelineIsFull() throws Exception {
        hosts.on("/", exchange -> hosts.awaitRelease());
        List<String> ids = IntStream.range(0, MAX_IN_FLIGHT + 8)
                .mapToObj(i -> "silent " + i)
                .toList();

        for (String id : ids) {
            send(id, hosts.reference("/" + id.replace(' ', '-'), IMAGE));
        }
        send("behind them", store.put(OTHER));

        for (String id : ids) {
            assertThat(next(embeddings)).isEqualTo(KeyValue.pair(id, null));
        }
        nextEmbedding("behind them");
        assertThat(deadLetters.readKeyValuesToList())
                .extracting(letter -> letter.key, letter -> letter.value.getReason())
                .containsExactlyElementsOf(ids.stream()
                        .map(id -> tuple(id, DeadLetterReason.PAYLOAD_MISSING))
                        .toList());
    }

    @Test
    void shouldNotFetchWhatItKnows() throws Exception {
        PayloadReference reference = store.put(IMAGE);
        send("first", reference);
        Embedding first = nextEmbedding("first");
        Files.delete(file(reference));

        send("second", reference);

        assertThat(nextEmbedding("second").getVector()).isEqualTo(first.getVector());
        assertThat(registry.get("sightline.embedder.images.known").counter().count())
                .isEqualTo(1);
    }

    @Test
    void shouldFinishWhatItHasFirstWhenOthersHaveTakenHalfAndItBackFills() {
        batcher.setBackfilling(true);
        budget.take(Long.MAX_VALUE / 2);

        send("first", new InlinePayload(ByteBuffer.wrap(IMAGE)));
        send("second", new InlinePayload(ByteBuffer.wrap(OTHER)));

        // Before any punctuation has looked for it.
        assertThat(embeddings.readKeyValue().key).isEqualTo("first");
    }

    private byte[] send(String id, Object payload) {
        byte[] event = serdes.serializer(ImageEvent.class)
                .serialize(Topics.IMAGES, new ImageEvent(payload, "image/png", Map.of(), "test", Instant.EPOCH));
        images.pipeInput(id, event);
        return event;
    }

    private Embedding nextEmbedding(String id) {
        KeyValue<String, Embedding> next = next(embeddings);
        assertThat(next.key).isEqualTo(id);
        assertThat(next.value).isNotNull();
        return next.value;
    }

    private <T> KeyValue<String, T> next(TestOutputTopic<String, T> topic) {
        awaitForwarding(() -> !topic.isEmpty());
        return topic.readKeyValue();
    }

    /** Results are forwarded when a punctuation looks for them. */
    private void awaitForwarding(BooleanSupplier condition) {
        await().pollInSameThread().until(() -> {
            driver.advanceWallClockTime(Duration.ofMillis(5));
            return condition.getAsBoolean();
        });
    }

    private double retries() {
        return registry.get("sightline.embedder.payload.retries").counter().count();
    }

    private double inFlight() {
        return registry.get("sightline.embedder.in.flight").gauge().value();
    }

    private static Path file(PayloadReference reference) {
        return Path.of(URI.create(reference.getUri()));
    }

    private static final class FirstPixels implements BatchEmbedder {

        @Override
        public String version() {
            return VERSION;
        }

        @Override
        public float[][] embed(List<byte[]> pixels) {
            return pixels.stream()
                    .map(image -> new float[] {image[0], image[image.length / 2], image[image.length - 1]})
                    .toArray(float[][]::new);
        }
    }
}
