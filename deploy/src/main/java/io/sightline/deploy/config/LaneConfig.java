package io.sightline.deploy.config;

import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.embedder.lanes.LaneSettings.Guarantee;
import io.sightline.embedder.runtime.ComputeDevice;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the embedder's lanes work. */
@ConfigMapping(prefix = "sightline.lanes")
@Doc("How the embedder's lanes work.")
public interface LaneConfig {

    /** Bytes in a MiB. */
    long MIB = 1024 * 1024;

    @WithDefault("64")
    @OnCommandLine(value = "--max-batch", label = "IMAGES")
    @Between(least = 1)
    @Doc("Most images in one run of the network.")
    int maxBatch();

    @WithDefault("5")
    @OnCommandLine(value = "--batch-delay", label = "MS")
    @Between(least = 0, most = 1000)
    @Doc("Milliseconds that a batch waits for images still being decoded; a lone image never waits.")
    long batchDelay();

    @WithDefault("1")
    @OnCommandLine(value = "--lane-threads", label = "THREADS")
    @Between(least = 1)
    @Doc("Stream threads of each lane in this process.")
    int threads();

    @WithDefault("0.5")
    @OnCommandLine(value = "--backfill-share", label = "SHARE")
    @Between(least = 0, above = true, most = 1)
    @Doc("Share of the time, above 0 to 1, that a back-filling lane computes while the active one has work.")
    double backfillShare();

    @WithDefault("20000")
    @OnCommandLine(value = "--known-vectors", label = "VECTORS")
    @Between(least = 0)
    @Doc("Vectors that a lane remembers, so that content that comes again is not computed again; 0 for none.")
    int knownVectors();

    @WithDefault("exactly-once")
    @OnCommandLine(value = "--delivery", label = "GUARANTEE")
    @Doc("Whether an embedding may be written again after a crash (at-least-once) or not (exactly-once)."
            + " No image is lost in either.")
    Guarantee delivery();

    @WithDefault("200")
    @OnCommandLine(value = "--commit-interval", label = "MS")
    @Between(least = 0, most = 5000)
    @Doc("Milliseconds between commits of offsets and embeddings, which is what a reader waits for.")
    long commitInterval();

    @WithDefault("64")
    @OnCommandLine(value = "--bytes-in-flight", label = "MIB")
    @Between(least = 1)
    @Doc("MiB of encoded images that one task may have in flight.")
    int bytesInFlight();

    @WithDefault("256")
    @OnCommandLine(value = "--process-bytes-in-flight", label = "MIB")
    @Between(least = 1)
    @Doc("MiB of encoded images that all tasks of all lanes of this process may have in flight together.")
    int processBytesInFlight();

    @WithDefault("auto")
    @OnCommandLine(value = "--device", label = "DEVICE")
    @Doc("What the lanes' networks run on: auto, which is the first GPU if there is one, cpu, or gpu:N."
            + " GPUs are not verified yet.")
    @WithConverter(DeviceConverter.class)
    ComputeDevice device();

    /** The settings. */
    static LaneSettings settings(LaneConfig config) {
        return new LaneSettings(
                config.maxBatch(),
                Duration.ofMillis(config.batchDelay()),
                config.bytesInFlight() * MIB,
                config.processBytesInFlight() * MIB,
                config.threads(),
                config.backfillShare(),
                config.knownVectors(),
                config.delivery(),
                Duration.ofMillis(config.commitInterval()),
                LaneSettings.DEFAULT.sessionTimeout(),
                config.device(),
                LaneSettings.DEFAULT.limits());
    }
}
