package io.sightline.trainer.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.testing.TestImages;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.LabelEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
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
        driver = new TopologyTestDriver(ReplayStream.topology(serdes, buffer, preprocessor, properties), properties);
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
        return serdes.serializer(ImageEvent.class)
                .serialize(
                        Topics.IMAGES,
                        new ImageEvent(new InlinePayload(ByteBuffer.wrap(content)), "image/png", Map.of(), "", NOW));
    }

    private byte[] label(@Nullable String label) {
        return serdes.serializer(LabelEvent.class).serialize(Topics.LABELS, new LabelEvent(label, "", NOW));
    }
}
