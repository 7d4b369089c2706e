package io.sightline.deploy.cli;

import io.sightline.deploy.faults.EmbedderFaults;
import io.sightline.deploy.faults.FaultSettings;
import io.sightline.local.BrokerCluster;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline faults embedder}. */
@Command(
        name = "embedder",
        mixinStandardHelpOptions = true,
        description = {
            "Three embedder processes and three brokers on a temporary folder, kill -9 of the embedders in rotation and of"
                    + " one broker while images come in; in between a second version back-fills, and a fourth embedder"
                    + " joins and leaves. Then every image is embedded again here and compared.",
            "Exit status 1 if an image is missing, embedded twice or has a wrong vector in either version."
        })
final class FaultsEmbedderCommand implements Callable<Integer> {

    @Option(names = "--minutes", description = "How long there are faults (default: ${DEFAULT-VALUE}).")
    private double minutes = 5;

    @Option(names = "--images", description = "Images that are sent (default: ${DEFAULT-VALUE}).")
    private int images = 50_000;

    @Option(
            names = "--kill-every",
            description = "Seconds between two kills of an embedder (default: ${DEFAULT-VALUE}).")
    private double killEvery = 7;

    @Option(names = "--broker-kills", description = "How often the broker is killed (default: ${DEFAULT-VALUE}).")
    private int brokerKills = 2;

    @Option(
            names = "--transaction-version",
            description = "Kafka's feature transaction.version on the brokers (default: ${DEFAULT-VALUE}, as the"
                    + " embedded broker has).")
    private short transactionVersion = BrokerCluster.TRANSACTION_VERSION;

    @Mixin
    private FaultOptions options = new FaultOptions();

    @Override
    public Integer call() throws Exception {
        LogFile.into(options.folder(), "embedder", "OFF");
        FaultSettings settings = new FaultSettings(
                Duration.ofMillis((long) (minutes * 60_000)),
                images,
                Duration.ofMillis((long) (killEvery * 1000)),
                brokerKills,
                transactionVersion,
                options.seed());
        return new EmbedderFaults(settings, SightlineCommand.class).run(options.folder(), System.out) ? 0 : 1;
    }
}
