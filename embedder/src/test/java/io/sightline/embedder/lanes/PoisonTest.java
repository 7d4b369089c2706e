package io.sightline.embedder.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.runtime.BatchEmbedder;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestImages;
import io.sightline.embedder.testing.TestModels;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.Vectors;
import io.sightline.schemas.avro.DeadLetter;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.Embedding;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.PayloadReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.kafka.streams.KeyValue;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One event that cannot be embedded, of every kind, at every position of batches of several sizes, through the real
 * decoder and a real network: it alone is given up, and all the others come out as they do without it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(Patience.TEST_SECONDS)
class PoisonTest {

    private static final Duration FOREVER = Duration.ofMinutes(5);
    private static final int KEYS = 3;
    /** Drawings are inverted. */
    private static final int WHITE = 255;
    /** TensorFlow's kernels add in another order when a batch has another size. */
    private static final Offset<Float> ROUNDING = Offset.offset(1e-5f);

    private final List<Integer> batches = Collections.synchronizedList(new ArrayList<>());
    private EmbeddingModel model;
    private Path folder;

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    PoisonTest() {}

    enum Poison {
        NOT_AN_EVENT(DeadLetterReason.SCHEMA),
        NO_IMAGE(DeadLetterReason.UNSUPPORTED),
        TRUNCATED(DeadLetterReason.MALFORMED),
        BOMB(DeadLetterReason.TOO_MANY_PIXELS),
        NOWHERE(DeadLetterReason.PAYLOAD_MISSING),
        WITHOUT_A_VECTOR(DeadLetterReason.INFERENCE);

        private final DeadLetterReason reason;

        Poison(DeadLetterReason reason) {
            this.reason = reason;
        }

        private byte[] event(LaneHarness lane) {
            return switch (this) {
                case NOT_AN_EVENT -> "garbage".getBytes(StandardCharsets.UTF_8);
                case NO_IMAGE -> lane.event(inline("not an image".getBytes(StandardCharsets.UTF_8)));
                case TRUNCATED -> lane.event(inline(truncated()));
                case BOMB -> lane.event(inline(TestImages.pngBomb(60_000, 60_000)));
                case NOWHERE -> lane.event(new PayloadReference("file:///nowhere", Sha256.hex(new byte[1]), 1L));
                case WITHOUT_A_VECTOR -> lane.event(inline(TestImages.grey(40, 40, WHITE - TestModels.BLIND_SPOT)));
            };
        }

        /** Whether the network finds it, and not somebody before. */
        private boolean reachesTheNetwork() {
            return reason == DeadLetterReason.INFERENCE;
        }

        private static byte[] truncated() {
            byte[] jpeg = TestImages.jpeg(50, 50, 1);
            return Arrays.copyOf(jpeg, jpeg.length - jpeg.length / 3);
        }
    }

    @BeforeAll
    void load(@TempDir Path directory) {
        folder = directory;
        model = EmbeddingModel.load(TestModels.write(directory.resolve("models"), "v1", Preprocessing.DRAWING, 8, 1));
    }

    @AfterAll
    void close() {
        model.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 16})
    void shouldGiveUpThePoisonAloneWhereverItIs(int size) throws Exception {
        List<List<byte[]>> events = new ArrayList<>();
        List<List<KeyValue<String, Embedding>>> expected = new ArrayList<>();
        try (LaneHarness clean = lane("clean-" + size, size)) {
            for (int position = 0; position < size; position++) {
                events.add(events(clean, size, position));
                expected.add(embed(clean, events.get(position)));
            }
            assertThat(clean.deadLetters.isEmpty()).isTrue();
        }
        for (Poison poison : Poison.values()) {
            try (LaneHarness poisoned = lane(poison + "-" + size, size)) {
                for (int position = 0; position < size; position++) {
                    assertPoisonAlone(poisoned, poison, events.get(position), expected.get(position), position);
                }
            }
        }
    }

    /** Other images for each position: what a lane knows it does not compute again. */
    private static List<byte[]> events(LaneHarness lane, int size, int position) {
        return IntStream.range(0, size)
                .mapToObj(i -> lane.event(inline(TestImages.png(40, 40, 1000L * position + i))))
                .toList();
    }

    private void assertPoisonAlone(
            LaneHarness lane,
            Poison poison,
            List<byte[]> events,
            List<KeyValue<String, Embedding>> expected,
            int position)
            throws Exception {
        int size = events.size();
        String what = poison + " at " + position + " of " + size;
        List<byte[]> withPoison = new ArrayList<>(events);
        withPoison.set(position, poison.event(lane));
        batches.clear();

        List<KeyValue<String, Embedding>> actual = embed(lane, withPoison);

        int reachTheNetwork = poison.reachesTheNetwork() ? size : size - 1;
        if (reachTheNetwork > 0) {
            assertThat(batches.getFirst()).as(what).isEqualTo(reachTheNetwork);
        }
        for (int i = 0; i < size; i++) {
            assertThat(actual.get(i).key).as(what).isEqualTo(key(i));
            if (i == position) {
                assertThat(actual.get(i).value).as(what).isNull();
            } else {
                assertSame(what, actual.get(i).value, expected.get(i).value);
            }
        }
        List<KeyValue<String, DeadLetter>> dead = lane.deadLetters.readKeyValuesToList();
        assertThat(dead).as(what).hasSize(1);
        assertThat(dead.getFirst().key).as(what).isEqualTo(key(position));
        assertThat(dead.getFirst().value.getReason()).as(what).isEqualTo(poison.reason);
        assertThat(dead.getFirst().value.getOffset()).as(what).isEqualTo((long) position * size + position);
    }

    private LaneHarness lane(String name, int batch) {
        return new LaneHarness(folder.resolve(name), new Recorded(), new PayloadReader(null, null, 0), batch, FOREVER);
    }

    /** All of them in one batch: nothing is decoded before the last one is there. */
    private static List<KeyValue<String, Embedding>> embed(LaneHarness lane, List<byte[]> events) throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        lane.decoders.submit(() -> {
            sent.await();
            return null;
        });
        try {
            for (int i = 0; i < events.size(); i++) {
                lane.send(key(i), events.get(i));
            }
        } finally {
            sent.countDown();
        }
        List<KeyValue<String, Embedding>> embeddings = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            embeddings.add(lane.next(lane.embeddings));
        }
        return embeddings;
    }

    private static void assertSame(String what, Embedding actual, Embedding expected) {
        assertThat(actual.getContentSha256()).as(what).isEqualTo(expected.getContentSha256());
        assertThat(Vectors.decode(actual.getVector()))
                .as(what)
                .containsExactly(Vectors.decode(expected.getVector()), ROUNDING);
    }

    /** Several images of one key in a batch, so that their order can be seen. */
    private static String key(int i) {
        return "image-" + i % KEYS;
    }

    private static InlinePayload inline(byte[] content) {
        return new InlinePayload(ByteBuffer.wrap(content));
    }

    /** The network, and how large its batches were. */
    private final class Recorded implements BatchEmbedder {

        @Override
        public String version() {
            return model.version();
        }

        @Override
        public float[][] embed(List<byte[]> pixels) {
            batches.add(pixels.size());
            return model.embed(pixels);
        }
    }
}
