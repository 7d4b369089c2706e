package io.sightline.deploy.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sightline bench}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Runs a benchmark: prints a table, the baseline first, and writes target/bench/NAME.json.",
        subcommands = {
            BenchEmbedCommand.class,
            BenchIndexCommand.class,
            BenchSeeCommand.class,
            BenchBackbonesCommand.class,
            BenchConsoleCommand.class,
            BenchGrowthCommand.class,
            BenchLoadCommand.class,
            BenchQualityCommand.class,
            BenchReplayCommand.class,
            BenchSwapsCommand.class,
            BenchSoakCommand.class,
            BenchStreamCommand.class
        })
final class BenchCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the spec.
    private BenchCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say which benchmark");
    }
}
