package io.sightline.embedder.lanes;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sightline.embedder.erasure.ErasureLedger;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.runtime.BatchEmbedder;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.tracing.Tracing;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;

/**
 * A lane as a process that can be killed, with a slow network, so that there is always something in flight. The naive one
 * has the clients that Kafka Streams makes by itself: it commits what it has consumed, not what it has forwarded.
 */
final class SlowLane {

    static final String VERSION = "v1";
    private static final int MAX_BATCH = 8;
    private static final long MILLIS_A_BATCH = 20;
    private static final int PIXELS_IN_VECTOR = 4;

    private SlowLane() {}

    /** Arguments: brokers, registry, state folder, whether it is naive. */
    public static void main(String[] arguments) throws Exception {
        KafkaConnection connection = new KafkaConnection(arguments[0], arguments[1]);
        RecordSerdes serdes = new RecordSerdes(connection);
        LaneMeters meters = new LaneMeters(new SimpleMeterRegistry(), VERSION);
        Watermarks watermarks = new Watermarks();
        MicroBatcher batcher = new MicroBatcher(new SlowModel(), MAX_BATCH, Duration.ofMillis(5), meters, null);
        EmbedProcessor.LaneParts parts = EmbedProcessor.LaneParts.of(
                VERSION,
                LaneSettings.DEFAULT.with(MAX_BATCH, 0),
                serdes,
                new ContentReader(new PayloadReader(null, null, 0), Executors.newFixedThreadPool(2), meters),
                new Preprocessor(Preprocessing.DRAWING, ImageLimits.DEFAULT),
                batcher,
                watermarks,
                meters,
                new InFlightBudget(Long.MAX_VALUE),
                new ErasureLedger(),
                Tracing.NONE);
        KafkaClientSupplier clients = Boolean.parseBoolean(arguments[3])
                ? new DefaultKafkaClientSupplier()
                : new WatermarkClientSupplier(watermarks);
        Properties properties = connection.streams(Lane.applicationId(VERSION), arguments[2]);
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        properties.put(StreamsConfig.POLL_MS_CONFIG, 5);
        properties.put(StreamsConfig.consumerPrefix("session.timeout.ms"), 6000);
        properties.put(StreamsConfig.consumerPrefix("heartbeat.interval.ms"), 1000);
        try (KafkaStreams streams = new KafkaStreams(LaneTopology.build(parts, serdes), properties, clients)) {
            streams.start();
            TimeUnit.DAYS.sleep(1);
        }
    }

    /** The first pixels, after a while. */
    private static final class SlowModel implements BatchEmbedder {

        @Override
        public String version() {
            return VERSION;
        }

        @Override
        public float[][] embed(List<byte[]> pixels) {
            try {
                TimeUnit.MILLISECONDS.sleep(MILLIS_A_BATCH);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return pixels.stream().map(SlowModel::vector).toArray(float[][]::new);
        }

        private static float[] vector(byte[] pixels) {
            float[] vector = new float[PIXELS_IN_VECTOR];
            for (int k = 0; k < vector.length; k++) {
                vector[k] = pixels[k];
            }
            return vector;
        }
    }
}
