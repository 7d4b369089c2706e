package io.sightline.embedder.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.payload.PayloadServer;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.embedder.payload.PayloadStore;
import io.sightline.embedder.runtime.BatchEmbedder;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestImages;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.Embedding;
import io.sightline.schemas.avro.Erasure;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.PayloadReference;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.streams.KeyValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images by reference, from their record to their embedding. */
@Timeout(Patience.TEST_SECONDS)
class EmbedProcessorTest {

    private static final String VERSION = "v1";
    private static final byte[] IMAGE = TestImages.png(40, 40, 1);
    private static final byte[] OTHER = TestImages.png(40, 40, 2);

    private static final Duration FETCH_FOR = Duration.ofMillis(500);
    private static final int MAX_BATCH = 8;
    private static final int MORE_THAN_FIT_IN =
            LaneSettings.DEFAULT.with(MAX_BATCH, 0).maxInFlight() + 8;

    @TempDir
    Path folder;

    private Path root;
    private PayloadStore store;
    private PayloadServer hosts;
    private LaneHarness lane;

    @SuppressWarnings("NullAway.Init") // Set before each test.
    EmbedProcessorTest() {}

    @BeforeEach
    void start() throws Exception {
        root = folder.resolve("payloads");
        PayloadSettings settings = new PayloadSettings(root.toString(), 0, 0, Set.of(), Duration.ZERO);
        store = settings.openStore();
        hosts = new PayloadServer();
        PayloadReader payloads = new PayloadReader(store, hosts.fetcher(Duration.ofMillis(100), FETCH_FOR), 0);
        lane = new LaneHarness(folder.resolve("state"), new FirstPixels(), payloads, MAX_BATCH, Duration.ofMillis(5));
    }

    @AfterEach
    void stop() {
        lane.close();
        hosts.close();
    }

    @Test
    void shouldEmbedAReferencedImageLikeAnInlineOne() throws Exception {
        send("by reference", store.put(IMAGE));
        Embedding byReference = nextEmbedding("by reference");
        send("inline", new InlinePayload(ByteBuffer.wrap(IMAGE)));
        Embedding inline = nextEmbedding("inline");

        assertThat(byReference.getVector()).isEqualTo(inline.getVector());
        assertThat(byReference.getContentSha256()).isEqualTo(Sha256.hex(IMAGE)).isEqualTo(inline.getContentSha256());
        assertThat(lane.deadLetters.isEmpty()).isTrue();
    }

    @Test
    void shouldMakeNeitherAnEmbeddingNorADeadLetterOfAnImageThatWasErased() throws Exception {
        PayloadReference gone = store.put(IMAGE);
        Files.delete(file(gone));
        PayloadReference there = store.put(OTHER);
        for (String id : List.of("gone", "there")) {
            lane.erasures.apply("image " + id, new Erasure(id, 0, 3L, List.of(gone.getSha256()), Instant.EPOCH), 0);
        }

        send("gone", gone);
        send("there", there);
        send("other", there);
        send("there", there);

        assertThat(lane.next(lane.embeddings)).isEqualTo(KeyValue.pair("gone", null));
        assertThat(lane.next(lane.embeddings)).isEqualTo(KeyValue.pair("there", null));
        nextEmbedding("other");
        // Sent again after its deletion.
        nextEmbedding("there");
        assertThat(lane.deadLetters.isEmpty()).isTrue();
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
            assertThat(lane.next(lane.embeddings)).isEqualTo(KeyValue.pair(id, null));
        }
        assertThat(lane.deadLetters.readKeyValuesToList())
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

        lane.awaitForwarding(() -> retries() >= 2 && lane.decoders.getCompletedTaskCount() == 1);
        assertThat(lane.embeddings.isEmpty()).isTrue();
        assertThat(lane.decoders.getActiveCount()).isZero();
        assertThat(inFlight()).isGreaterThanOrEqualTo(event.length + IMAGE.length);
        Files.move(away, root);

        nextEmbedding("delayed");
        nextEmbedding("inline");
        assertThat(lane.deadLetters.isEmpty()).isTrue();
        assertThat(inFlight()).isZero();
    }

    @Test
    void shouldGiveUpHostsThatNeverAnswerThoughThePipelineIsFull() throws Exception {
        hosts.on("/", exchange -> hosts.awaitRelease());
        List<String> ids = IntStream.range(0, MORE_THAN_FIT_IN)
                .mapToObj(i -> "silent " + i)
                .toList();

        for (String id : ids) {
            send(id, hosts.reference("/" + id.replace(' ', '-'), IMAGE));
        }
        send("behind them", store.put(OTHER));

        for (String id : ids) {
            assertThat(lane.next(lane.embeddings)).isEqualTo(KeyValue.pair(id, null));
        }
        nextEmbedding("behind them");
        assertThat(lane.deadLetters.readKeyValuesToList())
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
        assertThat(lane.registry
                        .get("sightline.embedder.images.known")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void shouldFinishWhatItHasFirstWhenOthersHaveTakenHalfAndItBackFills() {
        lane.batcher.setBackfilling(true);
        lane.budget.take(Long.MAX_VALUE / 2);

        send("first", new InlinePayload(ByteBuffer.wrap(IMAGE)));
        send("second", new InlinePayload(ByteBuffer.wrap(OTHER)));

        // Before any punctuation has looked for it.
        assertThat(lane.embeddings.readKeyValue().key).isEqualTo("first");
    }

    private byte[] send(String id, Object payload) {
        byte[] event = lane.event(payload);
        lane.send(id, event);
        return event;
    }

    private Embedding nextEmbedding(String id) {
        KeyValue<String, Embedding> next = lane.next(lane.embeddings);
        assertThat(next.key).isEqualTo(id);
        assertThat(next.value).isNotNull();
        return next.value;
    }

    private double retries() {
        return lane.registry.get("sightline.embedder.payload.retries").counter().count();
    }

    private double inFlight() {
        return lane.registry.get("sightline.embedder.in.flight").gauge().value();
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
