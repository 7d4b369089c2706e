package io.sightline.deploy.cli;

import io.sightline.deploy.config.TopicsConfig;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Stack;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Lineage;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.SavedModelBackbone;
import io.sightline.trainer.publish.Gate;
import io.sightline.trainer.publish.Publisher;
import io.sightline.trainer.publish.SelfTest;
import io.sightline.trainer.publish.ServingGraph;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sightline models import}. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Publishes a pretrained backbone as a version, with a head at random: the start of a lineage. Everything about"
                    + " the file is checked first, and the network is tried; nothing is published if anything is wrong.",
            "In a --dir that is empty yet it is version 1. The trainer goes on from it with --from VERSION."
        })
final class ModelsImportCommand implements Callable<Integer> {

    private static final Duration CATALOG_TIMEOUT = Duration.ofSeconds(60);

    @Parameters(
            paramLabel = "FILE",
            description =
                    "A .safetensors file with torchvision's or timm's names, the prefix of a TensorFlow checkpoint, or the"
                            + " folder of a SavedModel.")
    private Path file = Path.of(".");

    @Option(names = "--image-size", description = "Side of the network's input in pixels (default: what is usual).")
    private @Nullable Integer imageSize;

    @Option(
            names = {"--embedding", "--dimensions"},
            description = "Length of an embedding (default: ${DEFAULT-VALUE}).")
    private int dimensions = 128;

    @Option(names = "--seed", description = "Seed of the head's weights (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--check", description = "Check the file and try the network, and publish nothing.")
    private boolean checkOnly;

    @Mixin
    private CropOption crop = new CropOption();

    @Mixin
    private BackboneFileOptions format = new BackboneFileOptions();

    @Mixin
    private BrokerOptions brokers = new BrokerOptions(TopicsConfig.class);

    @Override
    public Integer call() throws IOException, InterruptedException {
        BackboneNet net = format.of(file).open(imageSize, crop.crop(), dimensions);
        System.out.printf("%s: %s%n", file, net.describe());
        try (ServingGraph serving = new ServingGraph(net, net.start(new SplittableRandom(seed)))) {
            System.out.println("tried: " + SelfTest.of(serving));
            return checkOnly ? 0 : brokers.runOrCreate(connection -> publish(serving, net, connection));
        }
    }

    private int publish(ServingGraph serving, BackboneNet net, KafkaConnection connection) {
        Topics topics = TopicsConfig.topics(brokers.configuration().get(TopicsConfig.class));
        RecordSerdes serdes = Stack.applyTopics(connection, topics);
        Path models = DataDirectory.models(brokers.directory());
        try (ModelCatalog catalog = ModelCatalog.open(connection, serdes, CATALOG_TIMEOUT);
                ModelLog log = new ModelLog(connection, serdes)) {
            String name = String.valueOf(file.getFileName());
            String version = new Publisher(models, catalog, log, Clock.systemUTC())
                    .publish(
                            serving,
                            Map.of("imported", name, "seed", String.valueOf(seed)),
                            new Lineage(0L, seed, 0, 0, Map.of()),
                            new Gate.Verdict(true, "imported from " + name, Map.of()),
                            null);
            System.out.println("published " + version + " (" + net.describe() + "), a candidate");
            System.out.println(
                    net.backbone() instanceof SavedModelBackbone
                            ? "train it with --backbone " + file
                            : "go on from it with --from " + version);
        }
        return 0;
    }
}
