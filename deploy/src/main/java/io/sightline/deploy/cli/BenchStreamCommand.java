package io.sightline.deploy.cli;

import io.sightline.deploy.bench.BenchData;
import io.sightline.deploy.bench.StreamBench;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Ports;
import io.sightline.deploy.stack.StackSettings;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.trainer.nets.EmbeddingNet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline bench stream}. */
@Command(
        name = "stream",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the whole line on a stream of three phases: half of the classes; the other half joins; some labels are"
                    + " wrong, then corrected. Measures every version on images that the stream does not bring.",
            "Exit status 1 if versions did not get better, if more than 3 points of Recall@1 on the first half were"
                    + " forgotten, or if a corrected label or an image is missing in the index."
        })
final class BenchStreamCommand implements Callable<Integer> {

    private static final int ROUND_STEPS = 300;

    @Option(
            names = "--data",
            description = "Folder or zip with classes below train/ and others below test/ (default: omniglot242.zip).")
    private @Nullable Path data;

    @Option(names = "--length", description = "Of all three phases, ISO-8601 (default: ${DEFAULT-VALUE}).")
    private Duration length = Duration.ofMinutes(30);

    @Option(
            names = "--wrong-labels",
            description = "Share of the images that get a wrong label for a while (default: ${DEFAULT-VALUE}).")
    private double wrongShare = 0.05;

    @Option(names = "--stream-seed", description = "Of halves, order and wrong labels (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Mixin
    private NetworkOptions network = new NetworkOptions();

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Override
    public Integer call() throws Exception {
        Path set = data == null ? BenchData.folder().resolve("omniglot242.zip") : data;
        Path root = Files.createTempDirectory("sightline-stream-");
        Path log = LogFile.into(root, "OFF");
        EmbeddingNet net = network.net(network.preprocessing(Preprocessing.DRAWING), Path.of("models"));
        StackSettings settings = new StackSettings(
                root,
                Ports.FREE,
                PayloadSettings.at(DataDirectory.payloads(root).toString()),
                LaneSettings.DEFAULT,
                net,
                network.training(net),
                network.rounds(net, ROUND_STEPS, Duration.ofSeconds(10)),
                network.rollout());
        System.out.println("the log is " + log);
        boolean holds = new StreamBench(settings, set, length, wrongShare, seed).run(options.folder(), System.out);
        return holds ? 0 : 1;
    }
}
