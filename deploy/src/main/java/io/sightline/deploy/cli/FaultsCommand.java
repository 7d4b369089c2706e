package io.sightline.deploy.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sightline faults}. */
@Command(
        name = "faults",
        mixinStandardHelpOptions = true,
        description =
                "Kills parts of a cluster of its own in mid-work, or changes versions under searches, and counts what"
                        + " that did: prints a table and writes target/faults/NAME.json.",
        subcommands = {
            FaultsEmbedderCommand.class,
            FaultsIndexCommand.class,
            FaultsOpenSearchCommand.class,
            FaultsRolloutsCommand.class,
            FaultsUpgradeCommand.class
        })
final class FaultsCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the spec.
    private FaultsCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what is to be tried");
    }
}
