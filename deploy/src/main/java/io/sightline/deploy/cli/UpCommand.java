package io.sightline.deploy.cli;

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
final class UpCommand implements Callable<Integer> {

    @Option(names = "--dir", description = "Folder of all data (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("data");

    @Mixin
    private NetworkOptions network = new NetworkOptions();

    @Mixin
    private PayloadOptions payloads = new PayloadOptions();

    @Mixin
    private LaneOptions lanes = new LaneOptions();

    @Mixin
    private StoreOptions stores = new StoreOptions();

    @Mixin
    private PortOptions ports = new PortOptions();

    @Override
    public Integer call() throws InterruptedException {
        Path log = LogFile.into(directory, "WARN");
        EmbeddingNet net = network.net(network.preprocessing(Preprocessing.PHOTO), DataDirectory.models(directory));
        TrainingSettings training = network.training(net);
        System.out.println("network     " + net.describe());
        System.out.println("memory      " + MemoryPlan.of(net, training).onThisMachine());
        StackSettings settings = new StackSettings(
                        directory,
                        ports.ports(),
                        payloads.settings(directory),
                        lanes.settings(),
                        net,
                        training,
                        network.rounds(net),
                        network.rollout())
                .with(stores.settings());
        try (Running running = new Running();
                Stack stack = Stack.start(settings, what -> System.out.println("starting " + what))) {
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
}
