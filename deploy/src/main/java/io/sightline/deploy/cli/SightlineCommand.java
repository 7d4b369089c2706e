package io.sightline.deploy.cli;

import io.sightline.deploy.config.InvalidConfigurationException;
import java.io.PrintWriter;
import java.util.List;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code sightline} command. */
@Command(
        name = "sightline",
        mixinStandardHelpOptions = true,
        version = "sightline 0.1.0",
        description = "An image search index that stays in step with its stream and its model.")
public final class SightlineCommand implements Runnable {

    private static final int FAILED = 1;

    private static final List<Class<?>> COMMANDS = List.of(
            DemoCommand.class,
            UpCommand.class,
            IngestCommand.class,
            SearchCommand.class,
            ModelsCommand.class,
            StatusCommand.class,
            CheckCommand.class,
            ErasureCommand.class,
            DeadLettersCommand.class,
            ServeCommand.class,
            KeysCommand.class,
            TopicsCommand.class,
            TrainCommand.class,
            EvaluateCommand.class,
            TrainerCommand.class,
            BenchCommand.class,
            FaultsCommand.class,
            RehearseCommand.class,
            ConfigCommand.class,
            ReferenceCommand.class,
            CommandLine.HelpCommand.class);

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the spec.
    private SightlineCommand() {}

    /** Runs a command and ends the process with its exit code: 0 done, 1 failed, 2 wrong usage. */
    public static void main(String[] args) {
        // SmallRye would start Log4j, which Kafka's broker brings along: that takes longer than all it does.
        System.setProperty("org.jboss.logging.provider", "slf4j");
        // Lucene logs through java.util.logging.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        try {
            System.exit(execute(args));
        } catch (Error e) {
            // Whatever was started has threads of its own, which would keep the process.
            System.err.println("sightline: " + e);
            System.exit(FAILED);
        }
    }

    /** Runs a command and returns its exit code. */
    public static int execute(String... args) {
        return commandLine(args).execute(args);
    }

    /** Runs a command that prints where it is told to, if it does not draw on a terminal, and returns its exit code. */
    public static int execute(PrintWriter out, PrintWriter err, String... args) {
        return commandLine(args).setOut(out).setErr(err).execute(args);
    }

    /** Without the commands that are not meant, if one is: a service would start later for them. */
    static CommandLine commandLine(String... args) {
        CommandLine line = new CommandLine(new SightlineCommand());
        List<Class<?>> meant = COMMANDS.stream()
                .filter(command -> args.length > 0
                        && command.getAnnotation(Command.class).name().equals(args[0])
                        && command != CommandLine.HelpCommand.class)
                .toList();
        (meant.isEmpty() ? COMMANDS : meant).forEach(line::addSubcommand);
        return line.setCaseInsensitiveEnumValuesAllowed(true)
                .setDefaultValueProvider(PresetDefaults.of(args))
                .setExecutionExceptionHandler((failure, command, result) -> {
                    if (failure instanceof InvalidConfigurationException invalid) {
                        command.getErr().println(command.getColorScheme().errorText("sightline: " + message(invalid)));
                        return CommandLine.ExitCode.USAGE;
                    }
                    LoggerFactory.getLogger(SightlineCommand.class).debug("the command failed", failure);
                    command.getErr().println(command.getColorScheme().errorText("sightline: " + message(failure)));
                    return FAILED;
                });
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do");
    }

    private static String message(Throwable failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }
}
