package io.sightline.embedder.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.runtime.BatchEmbedder;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestImages;
import io.sightline.schemas.avro.InlinePayload;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.TestOutputTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(Patience.TEST_SECONDS)
class LaneTraceTest {

    private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final InlinePayload IMAGE = new InlinePayload(ByteBuffer.wrap(TestImages.png(40, 40, 1)));
    private static final InlinePayload NO_IMAGE =
            new InlinePayload(ByteBuffer.wrap("no image".getBytes(StandardCharsets.UTF_8)));

    @TempDir
    Path folder;

    private LaneHarness lane;

    @SuppressWarnings("NullAway.Init") // Set before each test.
    LaneTraceTest() {}

    @BeforeEach
    void start() {
        lane = new LaneHarness(folder, new Constant(), new PayloadReader(null, null, 0), 4, Duration.ofMillis(5));
    }

    @AfterEach
    void stop() {
        lane.close();
    }

    @Test
    void shouldPassTheTraceOfAnImageOnToItsEmbedding() {
        lane.send("a", lane.event(IMAGE), headers());
        lane.send("b", lane.event(IMAGE), new RecordHeaders());

        assertThat(nextTraceparent(lane.embeddings)).contains(PARENT);
        assertThat(nextTraceparent(lane.embeddings)).isEmpty();
    }

    @Test
    void shouldPassItOnToADeadLetter() {
        lane.send("a", lane.event(NO_IMAGE), headers());

        assertThat(nextTraceparent(lane.deadLetters)).contains(PARENT);
    }

    @Test
    void shouldNotContinueTracesOfLongAgo() {
        lane.batcher.setBackfilling(true);

        lane.send("a", lane.event(IMAGE), headers());
        lane.send("b", lane.event(NO_IMAGE), headers());

        assertThat(nextTraceparent(lane.embeddings)).isEmpty();
        assertThat(nextTraceparent(lane.deadLetters)).contains(PARENT);
    }

    private Optional<String> nextTraceparent(TestOutputTopic<String, ?> topic) {
        lane.awaitForwarding(() -> !topic.isEmpty());
        Header header = topic.readRecord().headers().lastHeader("traceparent");
        return header == null ? Optional.empty() : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
    }

    private static Headers headers() {
        return new RecordHeaders().add("traceparent", PARENT.getBytes(StandardCharsets.UTF_8));
    }

    private static final class Constant implements BatchEmbedder {

        @Override
        public String version() {
            return "v1";
        }

        @Override
        public float[][] embed(List<byte[]> pixels) {
            return pixels.stream().map(one -> new float[] {1, 0}).toArray(float[][]::new);
        }
    }
}
