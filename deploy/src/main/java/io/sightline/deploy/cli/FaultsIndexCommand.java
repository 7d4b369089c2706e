package io.sightline.deploy.cli;

import io.sightline.deploy.faults.IndexFaultSettings;
import io.sightline.deploy.faults.IndexFaults;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline faults index}. */
@Command(
        name = "index",
        mixinStandardHelpOptions = true,
        description = {
            "An indexer process on a broker and a registry of its own, kill -9 at random moments while embeddings,"
                    + " deletions and labels come in. Then its index is compared with the topics, a file of it is cut in"
                    + " half, and the one that it builds anew is compared as well.",
            "Exit status 1 if an image is missing, there twice, there though it was deleted, or wrong."
        })
final class FaultsIndexCommand implements Callable<Integer> {

    @Option(
            names = "--writes",
            description = "Upserts, deletions and labels that are sent (default: ${DEFAULT-VALUE}).")
    private int writes = 200_000;

    @Option(names = "--kills", description = "How often the indexer is killed (default: ${DEFAULT-VALUE}).")
    private int kills = 50;

    @Option(
            names = "--kill-within",
            description =
                    "Longest time in seconds from its start to its kill, or from its first answer to its kill, in turn"
                            + " (default: ${DEFAULT-VALUE}).")
    private double killWithin = 10;

    @Mixin
    private FaultOptions options = new FaultOptions();

    @Override
    public Integer call() throws Exception {
        LogFile.into(options.folder(), "index", "OFF");
        IndexFaultSettings settings =
                new IndexFaultSettings(writes, kills, Duration.ofMillis((long) (killWithin * 1000)), options.seed());
        return new IndexFaults(settings, SightlineCommand.class).run(options.folder(), System.out) ? 0 : 1;
    }
}
