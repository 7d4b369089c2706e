package io.sightline.trainer.replay;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.embedder.payload.PayloadStore;
import io.sightline.embedder.testing.TestImages;
import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.LabelEvent;
import io.sightline.schemas.avro.PayloadReference;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayStreamTest {

    private static final Instant NOW = Instant.ofEpochMilli(1_780_000_000_000L);

    @TempDir
    Path state;

    private final ReplayBuffer buffer = new ReplayBuffer(100, 1_000_000);
    private RecordSerdes serdes;
    private Preprocessor preprocessor;
    private Path root;
    private PayloadStore store;
    private ReplayItemReader items;
    private TopologyTestDriver driver;
    private TestInputTopic<String, byte[]> images;
    private TestInputTopic<String, byte[]> labels;

    @SuppressWarnings("NullAway.Init") // Set before each test.
    ReplayStreamTest() {}

    @BeforeEach
    void start() {
        KafkaConnection connection = new KafkaConnection("unused:1", "mock://replay-stream");
        serdes = new RecordSerdes(connection);
        serdes.register();
        preprocessor = new Preprocessor(Preprocessing.DRAWING, ImageLimits.DEFAULT);
        Properties properties = connection.streams("replay-test", state.toString());
        root = state.resolve("payloads");
        PayloadSettings payloads = PayloadSettings.at(root.toString());
        store = payloads.openStore();
        items = new ReplayItemReader(preprocessor, payloads.openReader(), serdes, Duration.ofSeconds(1));
        driver = new TopologyTestDriver(ReplayStream.topology(buffer, items, properties), properties);
        images = driver.createInputTopic(Topics.IMAGES, new StringSerializer(), new ByteArraySerializer());
        labels = driver.createInputTopic(Topics.LABELS, new StringSerializer(), new ByteArraySerializer());
    }

    @AfterEach
    void stop() {
        driver.close();
        preprocessor.close();
    }

    @Test
    void shouldJoinLabelsThatComeEarlyAndLate() {
        labels.pipeInput("early", label("cat"));
        images.pipeInput("early", image(1));
        images.pipeInput("late", image(2));
        assertThat(content()).isEqualTo(Map.of("early", "cat"));

        labels.pipeInput("late", label("dog"));

        assertThat(content()).isEqualTo(Map.of("early", "cat", "late", "dog"));
    }

    @Test
    void shouldFollowRelabelsWithdrawalsAndDeletions() {
        images.pipeInput("a", image(1));
        labels.pipeInput("a", label("cat"));
        labels.pipeInput("a", label("dog"));
        assertThat(content()).isEqualTo(Map.of("a", "dog"));

        labels.pipeInput("a", null);
        assertThat(content()).isEmpty();

        labels.pipeInput("a", label("cat"));
        images.pipeInput("a", null);
        assertThat(content()).isEmpty();
    }

    @Test
    void shouldTakeTheNewestContentOfAnImage() {
        labels.pipeInput("a", label("cat"));
        images.pipeInput("a", image(1));
        byte[] before = item("a").pixels();
        images.pipeInput("a", image(2));

        assertThat(item("a").pixels()).isNotEqualTo(before);
    }

    @Test
    void shouldLeaveOutWhatCannotBeDecodedAndGoOn() {
        labels.pipeInput("broken", label("cat"));
        images.pipeInput("broken", image(1));
        images.pipeInput("broken", event("not an image".getBytes(StandardCharsets.UTF_8)));
        labels.pipeInput("garbage", label("cat"));
        images.pipeInput("garbage", new byte[] {9, 9, 9});
        labels.pipeInput("good", label("cat"));
        images.pipeInput("good", image(3));

        assertThat(content()).isEqualTo(Map.of("good", "cat"));
    }

    @Test
    void shouldReadImagesByReferenceLikeInlineOnes() throws Exception {
        labels.pipeInput("inline", label("cat"));
        images.pipeInput("inline", image(1));
        labels.pipeInput("by reference", label("cat"));
        images.pipeInput("by reference", event(store.put(TestImages.png(40, 40, 1))));

        assertThat(content()).isEqualTo(Map.of("inline", "cat", "by reference", "cat"));
        assertThat(item("by reference").pixels()).isEqualTo(item("inline").pixels());
    }

    @Test
    void shouldLeaveOutWhatHasNoPayloadAnyMore() throws Exception {
        PayloadReference missing = store.put(TestImages.png(40, 40, 1));
        Files.delete(Path.of(URI.create(missing.getUri())));
        labels.pipeInput("missing", label("cat"));
        images.pipeInput("missing", event(missing));
        labels.pipeInput("good", label("cat"));
        images.pipeInput("good", image(3));

        assertThat(content()).isEqualTo(Map.of("good", "cat"));
    }

    @Test
    void shouldNotGoPastAnImageWhosePayloadCannotBeReadNow() throws Exception {
        PayloadReference reference = store.put(TestImages.png(40, 40, 1));
        Files.move(root, state.resolve("away"));
        labels.pipeInput("delayed", label("cat"));
        byte[] event = event(reference);

        assertThatThrownBy(() -> images.pipeInput("delayed", event))
                .hasStackTraceContaining("image 'delayed' cannot be trained on yet and will be read again")
                .hasStackTraceContaining("mount it");
        assertThat(content()).isEmpty();
    }

    @Test
    void shouldWaitForAPayloadThatComesBackInTime() throws Exception {
        PayloadReference reference = store.put(TestImages.png(40, 40, 1));
        Path away = Files.move(root, state.resolve("away"));
        ReplayItemReader patient = new ReplayItemReader(
                preprocessor, PayloadSettings.at(root.toString()).openReader(), serdes, Duration.ofMinutes(1));
        List<ReplayItem> read = new CopyOnWriteArrayList<>();
        Thread reader = Thread.ofPlatform()
                .start(() -> patient.read("delayed", new LabelledImage(event(reference), label("cat")))
                        .ifPresent(read::add));
        await().until(() -> reader.getState() == Thread.State.TIMED_WAITING);

        Files.move(away, root);
        reader.join();

        assertThat(read).singleElement().extracting(ReplayItem::label).isEqualTo("cat");
    }

    @Test
    void shouldNotKeepAClosingStreamWaiting() throws Exception {
        byte[] event = event(store.put(TestImages.png(40, 40, 1)));
        Files.move(root, state.resolve("away"));
        ReplayItemReader patient = new ReplayItemReader(
                preprocessor, PayloadSettings.at(root.toString()).openReader(), serdes, Duration.ofDays(1));

        patient.close();

        assertThatThrownBy(() -> patient.read("delayed", new LabelledImage(event, label("cat"))))
                .isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void shouldEncodeAndDecodeItsStore() {
        ReplayItem item = new ReplayItem("id", "Z\u00fcrich \u4e16\u754c", 77, new byte[] {1, 2, (byte) 255});

        ReplayItem decoded = ReplayProcessor.decode("id", ReplayProcessor.encode(item));

        assertThat(decoded).usingRecursiveComparison().isEqualTo(item);
    }

    private Map<String, String> content() {
        return buffer.snapshot(new HoldoutRule(0)).training().values().stream()
                .flatMap(List::stream)
                .collect(Collectors.toMap(ReplayItem::id, ReplayItem::label));
    }

    private ReplayItem item(String id) {
        return buffer.snapshot(new HoldoutRule(0)).training().values().stream()
                .flatMap(List::stream)
                .filter(item -> item.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private byte[] image(long seed) {
        return event(TestImages.png(40, 40, seed));
    }

    private byte[] event(byte[] content) {
        return event(new InlinePayload(ByteBuffer.wrap(content)));
    }

    private byte[] event(Object payload) {
        return serdes.serializer(ImageEvent.class)
                .serialize(Topics.IMAGES, new ImageEvent(payload, "image/png", Map.of(), "", NOW));
    }

    private byte[] label(@Nullable String label) {
        return serdes.serializer(LabelEvent.class).serialize(Topics.LABELS, new LabelEvent(label, "", NOW));
    }
}
