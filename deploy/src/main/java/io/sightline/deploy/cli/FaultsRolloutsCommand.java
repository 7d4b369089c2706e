package io.sightline.deploy.cli;

import io.sightline.deploy.faults.RolloutFaultSettings;
import io.sightline.deploy.faults.RolloutFaults;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private FaultOptions options = new FaultOptions();

    @Override
    public Integer call() throws Exception {
        LogFile.into(options.folder(), "rollouts", "WARN");
        RolloutFaultSettings settings =
                new RolloutFaultSettings(rollouts, rollbacks, clients, images, imagesPerSecond, options.seed());
        return new RolloutFaults(settings).run(options.folder(), System.out) ? 0 : 1;
    }
}
