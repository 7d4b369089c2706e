package io.sightline.ingest.gateway;

import io.sightline.embedder.erasure.Erasures;
import io.sightline.embedder.telemetry.Freshness;
import io.sightline.http.HealthCheck;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.streams.KafkaStreams;

/**
 * Whether the gateway can take images: its directory of images is read and followed, and the brokers answer, which is seen
 * from a topic that it follows in any case. Thread-safe.
 */
final class GatewayHealth {

    private static final String DIRECTORY = "directory";

    private final Supplier<KafkaStreams.State> directory;
    private final Erasures erasures;

    GatewayHealth(Supplier<KafkaStreams.State> directory, Erasures erasures) {
        this.directory = directory;
        this.erasures = erasures;
    }

    List<HealthCheck> liveness() {
        KafkaStreams.State state = directory.get();
        return List.of(
                HealthCheck.of(
                        !state.hasCompletedShutdown(),
                        DIRECTORY,
                        "the directory of images is " + state,
                        "directory-failed",
                        "the directory of images is " + state + " and does not come back; restart this process, and see"
                                + " its log for why"),
                Freshness.following("erasures", erasures.isFollowed()));
    }

    List<HealthCheck> readiness() {
        KafkaStreams.State state = directory.get();
        return List.of(
                HealthCheck.of(
                        state == KafkaStreams.State.RUNNING,
                        DIRECTORY,
                        "the directory of images is followed",
                        "directory-unavailable",
                        "the directory of images is " + state
                                + ": whether an image is known cannot be told. Wait; if it"
                                + " stays so, check the brokers and this process's log"),
                Freshness.brokers(erasures.staleFor()));
    }
}
