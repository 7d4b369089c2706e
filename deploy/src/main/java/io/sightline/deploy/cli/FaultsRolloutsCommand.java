package io.sightline.deploy.cli;

import io.sightline.deploy.faults.RolloutFaultSettings;
import io.sightline.deploy.faults.RolloutFaults;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sightline faults rollouts}. */
@Command(
        name = "rollouts",
        mixinStandardHelpOptions = true,
        description = {
            "Version follows version on a stack of its own, and some are gone back from, while clients search by image, id"
                    + " and vector and images arrive. Every answer is judged, a tenth of the scores is computed again with the"
                    + " version's own network, and in the end topics and index are compared.",
            "Exit status 1 if there was an error, an answer of two versions, a wrong score, or an image is missing."
        })
final class FaultsRolloutsCommand implements Callable<Integer> {

    @Option(names = "--rollouts", description = "Versions that follow the first (default: ${DEFAULT-VALUE}).")
    private int rollouts = 20;

    @Option(names = "--rollbacks", description = "How often one is gone back from (default: ${DEFAULT-VALUE}).")
    private int rollbacks = 5;

    @Option(names = "--clients", description = "That search all the time (default: ${DEFAULT-VALUE}).")
    private int clients = 4;

    @Option(names = "--images", description = "That are there at the start (default: ${DEFAULT-VALUE}).")
    private int images = 2000;

    @Option(names = "--images-per-second", description = "That arrive all the time (default: ${DEFAULT-VALUE}).")
    private int imagesPerSecond = 200;

    @Option(
            names = "--seed",
            description = "Of images and networks; printed, and another each time unless it is given.")
    private @Nullable Long seed;

    @Option(names = "--out", description = "Folder of the figures (default: target/faults of the project).")
    private Path out =
            Path.of(System.getProperty("sightline.home", ".")).resolve("target").resolve("faults");

    @Override
    public Integer call() throws Exception {
        LogFile.into(out, "rollouts", "WARN");
        RolloutFaultSettings settings = new RolloutFaultSettings(
                rollouts,
                rollbacks,
                clients,
                images,
                imagesPerSecond,
                seed == null ? ThreadLocalRandom.current().nextLong(1_000_000_000) : seed);
        return new RolloutFaults(settings).run(out, System.out) ? 0 : 1;
    }
}
