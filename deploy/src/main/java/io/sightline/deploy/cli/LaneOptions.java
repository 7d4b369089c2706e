package io.sightline.deploy.cli;

import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.embedder.lanes.LaneSettings.Guarantee;
import io.sightline.embedder.runtime.ComputeDevice;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How the embedder's lanes work. */
final class LaneOptions {

    private static final long MIB = 1024 * 1024;

    @Option(
            names = "--max-batch",
            paramLabel = "IMAGES",
            description = "Most images in one run of the network (default: ${DEFAULT-VALUE}).")
    private int maxBatch = LaneSettings.DEFAULT.maxBatch();

    @Option(
            names = "--batch-delay",
            paramLabel = "MS",
            description = "Milliseconds that a batch waits for images still being decoded; a lone image never waits"
                    + " (default: ${DEFAULT-VALUE}).")
    private long batchDelay = LaneSettings.DEFAULT.maxDelay().toMillis();

    @Option(
            names = "--lane-threads",
            paramLabel = "THREADS",
            description = "Stream threads of each lane in this process (default: ${DEFAULT-VALUE}).")
    private int threads = LaneSettings.DEFAULT.threads();

    @Option(
            names = "--backfill-share",
            paramLabel = "SHARE",
            description = "Share of the time, above 0 to 1, that a back-filling lane computes while the active one has"
                    + " work (default: ${DEFAULT-VALUE}).")
    private double backfillShare = LaneSettings.DEFAULT.backfillShare();

    @Option(
            names = "--known-vectors",
            paramLabel = "VECTORS",
            description = "Vectors that a lane remembers, so that content that comes again is not computed again;"
                    + " 0 for none (default: ${DEFAULT-VALUE}).")
    private int knownVectors = LaneSettings.DEFAULT.knownVectors();

    @Option(
            names = "--delivery",
            paramLabel = "GUARANTEE",
            converter = GuaranteeName.class,
            description = "exactly-once, or at-least-once: after a crash an embedding may be written again. No image is"
                    + " lost in either (default: exactly-once).")
    private Guarantee guarantee = LaneSettings.DEFAULT.guarantee();

    @Option(
            names = "--commit-interval",
            paramLabel = "MS",
            description = "Milliseconds between commits of offsets and embeddings, which is what a reader waits for"
                    + " (default: ${DEFAULT-VALUE}).")
    private long commitInterval = LaneSettings.DEFAULT.commitInterval().toMillis();

    @Option(
            names = "--bytes-in-flight",
            paramLabel = "MIB",
            description = "MiB of encoded images that one task may have in flight (default: ${DEFAULT-VALUE}).")
    private int bytesInFlight = (int) (LaneSettings.DEFAULT.maxBytesInFlight() / MIB);

    @Option(
            names = "--process-bytes-in-flight",
            paramLabel = "MIB",
            description =
                    "MiB of encoded images that all tasks of all lanes of this process may have in flight together"
                            + " (default: ${DEFAULT-VALUE}).")
    private int processBytesInFlight = (int) (LaneSettings.DEFAULT.maxProcessBytesInFlight() / MIB);

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            converter = DeviceName.class,
            description = "What the lanes' networks run on: auto, which is the first GPU if there is one, cpu, or gpu:N"
                    + " (default: ${DEFAULT-VALUE}). GPUs are not verified yet.")
    private ComputeDevice device = LaneSettings.DEFAULT.device();

    /**
     * The settings.
     *
     * @throws IllegalArgumentException naming the setting that makes no sense
     */
    LaneSettings settings() {
        return new LaneSettings(
                maxBatch,
                Duration.ofMillis(batchDelay),
                bytesInFlight * MIB,
                processBytesInFlight * MIB,
                threads,
                backfillShare,
                knownVectors,
                guarantee,
                Duration.ofMillis(commitInterval),
                LaneSettings.DEFAULT.sessionTimeout(),
                device,
                LaneSettings.DEFAULT.limits());
    }

    static final class DeviceName implements ITypeConverter<ComputeDevice> {
        @Override
        public ComputeDevice convert(String value) {
            try {
                return ComputeDevice.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    static final class GuaranteeName implements ITypeConverter<Guarantee> {
        @Override
        public Guarantee convert(String value) {
            return switch (value) {
                case "exactly-once" -> Guarantee.EXACTLY_ONCE;
                case "at-least-once" -> Guarantee.AT_LEAST_ONCE;
                default ->
                    throw new TypeConversionException("'" + value + "' is neither exactly-once nor at-least-once");
            };
        }
    }
}
