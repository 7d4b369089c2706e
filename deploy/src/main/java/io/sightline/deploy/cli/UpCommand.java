package io.sightline.deploy.cli;

import io.sightline.deploy.config.Configuration;
import io.sightline.deploy.config.IngestConfig;
import io.sightline.deploy.config.LaneConfig;
import io.sightline.deploy.config.LoggingConfig;
import io.sightline.deploy.config.PayloadConfig;
import io.sightline.deploy.config.PortsConfig;
import io.sightline.deploy.config.RolloutConfig;
import io.sightline.deploy.config.Servers;
import io.sightline.deploy.config.Stores;
import io.sightline.deploy.config.TracingConfig;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Stack;
import io.sightline.deploy.stack.StackSettings;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.training.MemoryPlan;
import io.sightline.trainer.training.TrainingSettings;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline up}. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description =
                "Runs all services on one machine, empty at first, until Ctrl-C. What is in --dir is there the next"
                        + " time.")
final class UpCommand implements Callable<Integer>, Configured {

    @Option(names = "--dir", description = "Folder of all data (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("data");

    @Mixin
    private ServiceOptions options = ServiceOptions.ofStack();

    @Override
    public Integer call() throws InterruptedException {
        Configuration configuration = configuration();
        configuration.requireSound();
        Path log = LogFile.into(directory, "sightline", "WARN", configuration.get(LoggingConfig.class));
        NetworkOptions network = TrainerKeys.effective(configuration);
        EmbeddingNet net = network.net(network.preprocessing(Preprocessing.PHOTO), DataDirectory.models(directory));
        TrainingSettings training = network.training(net);
        System.out.println("network     " + net.describe());
        System.out.println("memory      " + MemoryPlan.of(net, training).onThisMachine());
        StackSettings settings = new StackSettings(
                        directory,
                        PortsConfig.ports(configuration.get(PortsConfig.class)),
                        PayloadConfig.settings(configuration.get(PayloadConfig.class), directory)
                                .withInlineMaxBytes(
                                        configuration.get(IngestConfig.class).inlineMaxBytes()),
                        LaneConfig.settings(configuration.get(LaneConfig.class)),
                        net,
                        training,
                        network.rounds(net),
                        RolloutConfig.settings(configuration.get(RolloutConfig.class)))
                .with(Stores.settings(configuration))
                .with(Servers.settings(configuration, 0));
        try (Running running = new Running();
                Stack stack = Stack.start(
                        settings,
                        TracingConfig.spans(configuration.get(TracingConfig.class)),
                        what -> System.out.println("starting " + what))) {
            System.out.println("images      " + stack.ingestUrl() + "/v1/images");
            System.out.println("search      " + stack.searchUrl() + "/v1/search");
            System.out.println("kafka       " + stack.connection().bootstrapServers());
            System.out.println("registry    " + stack.connection().schemaRegistry());
            System.out.println("log         " + log);
            System.out.println("ready; Ctrl-C stops");
            running.awaitStop();
            System.out.println("stopping");
        }
        return 0;
    }

    /** What the services would run with. */
    @Override
    public Configuration configuration() {
        return options.readAll();
    }
}
