package io.sightline.deploy.cli;

import io.sightline.deploy.faults.RollingUpgrade;
import io.sightline.deploy.faults.UpgradeSettings;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline faults upgrade}. */
@Command(
        name = "upgrade",
        mixinStandardHelpOptions = true,
        description = {
            "Two processes each of ingest, embedder and indexer and a trainer on three brokers of their own are stopped with"
                    + " SIGTERM and started again one by one, with another setting, while images, labels and deletions are"
                    + " posted and clients search, all of it through a small load balancer, and while a second version"
                    + " back-fills and comes to answer. Then acknowledged requests, topics and both indexes are compared.",
            "Exit status 1 if an image is missing, duplicate, stale or has a wrong vector, a request failed on both"
                    + " processes, an answer mixed versions, or a process did not end as it was told to."
        })
final class FaultsUpgradeCommand implements Callable<Integer> {

    @Option(names = "--images", description = "That are there at the start (default: ${DEFAULT-VALUE}).")
    private int images = 1000;

    @Option(names = "--images-per-second", description = "That are posted all the time (default: ${DEFAULT-VALUE}).")
    private int imagesPerSecond = 30;

    @Option(names = "--clients", description = "That search all the time (default: ${DEFAULT-VALUE}).")
    private int clients = 2;

    @Option(
            names = "--pause",
            description = "Between a process that is ready again and the next one that stops, ISO-8601 (default:"
                    + " ${DEFAULT-VALUE}).")
    private Duration pause = Duration.ofSeconds(5);

    @Option(
            names = "--trainer",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Whether a trainer is among the processes (default: ${DEFAULT-VALUE}).")
    private boolean trainer;

    @Option(names = "--brokers", description = "Restart the brokers as well, one after the other.")
    private boolean brokers;

    @Mixin
    private FaultOptions options = new FaultOptions();

    @Override
    public Integer call() throws Exception {
        LogFile.into(options.folder(), "upgrade", "WARN");
        UpgradeSettings settings =
                new UpgradeSettings(images, imagesPerSecond, clients, pause, trainer, brokers, options.seed());
        return new RollingUpgrade(settings, SightlineCommand.class).run(options.folder(), System.out) ? 0 : 1;
    }
}
