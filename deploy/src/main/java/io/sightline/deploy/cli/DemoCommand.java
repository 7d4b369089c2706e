package io.sightline.deploy.cli;

import io.sightline.deploy.bench.BenchFolder;
import io.sightline.deploy.config.Configuration;
import io.sightline.deploy.config.IngestConfig;
import io.sightline.deploy.config.LaneConfig;
import io.sightline.deploy.config.PayloadConfig;
import io.sightline.deploy.config.PortsConfig;
import io.sightline.deploy.demo.DemoRun;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.StackSettings;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.nets.EmbeddingNet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the whole line on one machine: images stream in, a model learns from the labelled ones, versions follow"
                    + " each other under a live index.",
            "Without --data it draws its own gallery. Recall@1 and MAP@R are measured through the search API on classes"
                    + " that the trainer never sees."
        })
final class DemoCommand implements Callable<Integer> {

    /** Short rounds: people are watching. */
    private static final int ROUND_STEPS = 120;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "Folder or zip with one directory per class, perhaps below train/ and test/.")
    private @Nullable Path data;

    @Option(
            names = "--versions",
            paramLabel = "N",
            description = "End after N swaps, each of one version for the next (the first version replaces none),"
                    + " or when the gate lets nothing more through."
                    + " Default: go on until Ctrl-C.")
    private int versions;

    @Option(names = "--report", paramLabel = "FILE", description = "Write the figures as JSON.")
    private @Nullable Path report;

    @Option(
            names = "--dir",
            description = "Keep the data in this folder (default: a temporary one, removed at the end).")
    private @Nullable Path directory;

    @Mixin
    private NetworkOptions network = new NetworkOptions();

    @Mixin
    private ConfigOptions config =
            ConfigOptions.alone(IngestConfig.class, PayloadConfig.class, LaneConfig.class, PortsConfig.class);

    @Override
    public Integer call() throws Exception {
        try (Running running = new Running()) {
            return call(running);
        }
    }

    private int call(Running running) throws Exception {
        Instant start = Instant.now();
        Configuration configuration = config.read();
        configuration.requireSound();
        Path root = directory == null ? Files.createTempDirectory("sightline-demo-") : directory;
        Path log = LogFile.into(root, "OFF");
        try (DemoRun run = DemoRun.open(data)) {
            Preprocessing preprocessing = network.isAuto()
                    ? network.preprocessing(run.preprocessing())
                    : network.preprocessing(Preprocessing.PHOTO);
            EmbeddingNet net = network.net(preprocessing, DataDirectory.models(root));
            StackSettings settings = new StackSettings(
                    root,
                    PortsConfig.ports(configuration.get(PortsConfig.class)),
                    PayloadConfig.settings(configuration.get(PayloadConfig.class), root)
                            .withInlineMaxBytes(
                                    configuration.get(IngestConfig.class).inlineMaxBytes()),
                    LaneConfig.settings(configuration.get(LaneConfig.class)),
                    net,
                    network.training(net),
                    network.rounds(net, ROUND_STEPS, Duration.ZERO).with(draft -> draft.patience = Integer.MAX_VALUE),
                    network.rollout());
            boolean live = Boolean.getBoolean("sightline.terminal");
            boolean clean = run.run(settings, versions, report, start, System.out, live, running::isStopping);
            if (directory == null) {
                BenchFolder.delete(root);
            }
            return clean ? 0 : 1;
        } catch (RuntimeException | IOException e) {
            LoggerFactory.getLogger(DemoCommand.class).error("the demo failed", e);
            System.err.println("sightline: the log is " + log);
            throw e;
        }
    }
}
