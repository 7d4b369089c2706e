package io.sightline.embedder.lanes;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.erasure.ErasureLedger;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.runtime.ComputeDevice;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.LogKeys;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model version at work in this process: a Kafka Streams application, exactly once unless told otherwise, that reads the
 * images topic from its beginning and writes the version's embeddings topic. Backfill and live traffic are the same
 * code; progress is the group's committed offsets. Close it once; not thread-safe.
 */
final class Lane implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final String APPLICATION_PREFIX = "sightline-embedder-";
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private final String version;
    private final KafkaStreams streams;
    private final ContentReader contents;
    private final MicroBatcher batcher;
    private final Preprocessor preprocessor;
    private final EmbeddingModel model;
    private final LaneMeters meters;
    private final Telemetry.Watch watch;
    private final VectorCache known;

    private Lane(
            String version,
            KafkaStreams streams,
            ContentReader contents,
            MicroBatcher batcher,
            Preprocessor preprocessor,
            EmbeddingModel model,
            LaneMeters meters,
            Telemetry.Watch watch,
            VectorCache known) {
        this.watch = watch;
        this.meters = meters;
        this.known = known;
        this.version = version;
        this.streams = streams;
        this.contents = contents;
        this.batcher = batcher;
        this.preprocessor = preprocessor;
        this.model = model;
    }

    /** Application id, and so consumer group, of a version's lane. */
    static String applicationId(String version) {
        return APPLICATION_PREFIX + version;
    }

    /**
     * Verifies and loads the version and starts to work. The embeddings topic must exist.
     *
     * @throws ArtifactException if the artifact is damaged or not what the event says
     */
    static Lane start(
            KafkaConnection connection,
            RecordSerdes serdes,
            ModelEvent event,
            LaneSettings settings,
            Path stateDirectory,
            Shared shared) {
        EmbeddingModel model = load(event, settings.device());
        Preprocessor preprocessor = new Preprocessor(model.descriptor().preprocessing(), settings.limits());
        LaneMeters meters = new LaneMeters(shared.telemetry.meters(), event.getVersion());
        ContentReader contents = new ContentReader(shared.payloads, shared.decoders, meters);
        meters.batchLimit(settings.maxBatch());
        MicroBatcher batcher = new MicroBatcher(
                model, settings.maxBatch(), settings.maxDelay(), meters, shared.throttle, shared.telemetry.tracing());
        @Nullable KafkaStreams streams = null;
        try {
            batcher.setBackfilling(event.getStatus() == ModelStatus.STAGED);
            Watermarks watermarks = new Watermarks();
            EmbedProcessor.LaneParts parts = EmbedProcessor.LaneParts.of(
                    event.getVersion(),
                    settings,
                    serdes,
                    contents,
                    preprocessor,
                    batcher,
                    watermarks,
                    meters,
                    shared.budget,
                    shared.erasures,
                    shared.telemetry.tracing());
            streams = new KafkaStreams(
                    LaneTopology.build(parts, serdes),
                    properties(connection, event.getVersion(), settings, stateDirectory),
                    new WatermarkClientSupplier(watermarks));
            streams.setUncaughtExceptionHandler(failure -> {
                LOG.atWarn()
                        .addKeyValue(LogKeys.VERSION, event.getVersion())
                        .addKeyValue(LogKeys.ERROR, failure.toString())
                        .log("lane {} lost a thread and will replace it: {}", event.getVersion(), failure.toString());
                return StreamThreadExceptionResponse.REPLACE_THREAD;
            });
            streams.start();
            Lane lane = new Lane(
                    event.getVersion(),
                    streams,
                    contents,
                    batcher,
                    preprocessor,
                    model,
                    meters,
                    shared.telemetry.watch(streams),
                    parts.known());
            LOG.atInfo().addKeyValue(LogKeys.VERSION, event.getVersion()).log("lane {} started", event.getVersion());
            return lane;
        } catch (RuntimeException | Error e) {
            contents.close();
            if (streams != null) {
                streams.close(CLOSE_TIMEOUT);
            }
            batcher.close();
            model.close();
            preprocessor.close();
            meters.close();
            throw e;
        }
    }

    /**
     * What the lanes of a process have in common.
     *
     * @param payloads what events refer to
     * @param decoders decode and resize
     * @param throttle between the active lane and those that back-fill
     * @param budget bytes in flight
     * @param telemetry where meters are registered and spans go
     * @param erasures which images are not to be embedded any more
     */
    record Shared(
            PayloadReader payloads,
            Executor decoders,
            BackfillThrottle throttle,
            InFlightBudget budget,
            Telemetry telemetry,
            ErasureLedger erasures) {}

    /** Whether it has to leave time to the active lane. */
    void setBackfilling(boolean now) {
        batcher.setBackfilling(now);
    }

    LaneStatus status() {
        meters.role(isRunning(), batcher.isBackfilling());
        return new LaneStatus(
                version,
                isRunning(),
                batcher.isBackfilling(),
                meters.lag(),
                streams.state().name());
    }

    /** What it remembers of contents. */
    VectorCache known() {
        return known;
    }

    LaneMeters meters() {
        return meters;
    }

    /** Whether it has ended by itself, and does nothing any more. */
    boolean hasEnded() {
        return streams.state().hasCompletedShutdown();
    }

    /** Whether the lane's threads are up: it is running or taking over partitions. */
    boolean isRunning() {
        return streams.state().isRunningOrRebalancing();
    }

    @Override
    public void close() {
        // First what may wait for ever, then what waits for results, then what makes them; TensorFlow must be idle when
        // its session goes.
        contents.close();
        // The others take over at once, not when this one's session has timed out.
        CloseOptions leaving = CloseOptions.timeout(CLOSE_TIMEOUT)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
        if (!streams.close(leaving)) {
            LOG.warn("lane {} did not stop within {} s", version, CLOSE_TIMEOUT.toSeconds());
        }
        watch.close();
        batcher.close();
        model.close();
        preprocessor.close();
        meters.close();
        LOG.atInfo().addKeyValue(LogKeys.VERSION, version).log("lane {} stopped", version);
    }

    private static EmbeddingModel load(ModelEvent event, ComputeDevice device) {
        return EmbeddingModel.load(ModelArtifact.of(event), device);
    }

    private static Properties properties(
            KafkaConnection connection, String version, LaneSettings settings, Path stateDirectory) {
        Properties properties = connection.streams(applicationId(version), stateDirectory.toString());
        properties.put(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                settings.guarantee() == LaneSettings.Guarantee.EXACTLY_ONCE
                        ? StreamsConfig.EXACTLY_ONCE_V2
                        : StreamsConfig.AT_LEAST_ONCE);
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
        properties.put(
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                settings.commitInterval().toMillis());
        // Punctuations, which forward results, do not fire during a poll.
        properties.put(StreamsConfig.POLL_MS_CONFIG, 5);
        properties.put(StreamsConfig.consumerPrefix("session.timeout.ms"), (int)
                settings.sessionTimeout().toMillis());
        properties.put(
                StreamsConfig.consumerPrefix("heartbeat.interval.ms"),
                (int) settings.sessionTimeout().toMillis() / 3);
        return properties;
    }
}
