package io.sightline.deploy.cli;

import io.sightline.deploy.config.Concerns;
import io.sightline.deploy.config.Configuration;
import io.sightline.deploy.config.Effective;
import io.sightline.deploy.config.InvalidConfigurationException;
import io.sightline.deploy.config.Problem;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sightline config}. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = {
            "Prints the settings that count, each with where it came from, and what is wrong with them. Secrets are not"
                    + " shown.",
            "Exit status 2 if anything is wrong."
        })
final class ConfigCommand implements Callable<Integer> {

    private CommandSpec spec;

    @Option(names = "--check", description = "Print nothing but what is wrong.")
    private boolean checkOnly;

    @Option(names = "--all", description = "Print settings that nothing gives a value for as well.")
    private boolean all;

    @Mixin
    private ConfigOptions config = ConfigOptions.of();

    @Parameters(
            arity = "0..*",
            paramLabel = "COMMAND",
            description = "What it would run with: serve SERVICE or up, with options. Without, all settings are looked"
                    + " at, and none is missed.")
    private List<String> command = List.of();

    @SuppressWarnings("NullAway.Init") // picocli sets the spec.
    private ConfigCommand() {}

    /** Options behind the command are the command's. */
    @Spec
    void setSpec(CommandSpec given) {
        spec = given;
        given.parser().stopAtPositional(true);
    }

    @Override
    public Integer call() {
        Configuration configuration = command.isEmpty() ? everything() : ofCommand();
        PrintWriter out = spec.commandLine().getOut();
        if (!checkOnly) {
            List<Effective> shown = configuration.shown().stream()
                    .filter(one -> all || one.shown() != null)
                    .toList();
            table(shown).forEach(out::println);
            out.flush();
        }
        List<Problem> problems = configuration.problems();
        if (!problems.isEmpty()) {
            throw new InvalidConfigurationException(problems);
        }
        if (checkOnly) {
            out.println("the configuration is sound");
            out.flush();
        }
        return 0;
    }

    private Configuration everything() {
        return config.read(Concerns.types(), Map.of(), TrainerKeys.concerns(), Map.of());
    }

    private Configuration ofCommand() {
        List<String> arguments = new ArrayList<>(command);
        config.givenFile().ifPresent(file -> arguments.addAll(List.of("--config", file.toString())));
        CommandLine line = SightlineCommand.commandLine(arguments.toArray(String[]::new));
        line.parseArgs(arguments.toArray(String[]::new));
        CommandLine named = line.getSubcommands().get(arguments.getFirst());
        if (named != null && named.getCommand() instanceof Configured configured) {
            return configured.configuration();
        }
        throw new ParameterException(
                spec.commandLine(), "'" + arguments.getFirst() + "' has no configuration: name serve or up");
    }

    private static List<String> table(List<Effective> shown) {
        int keys = width(shown.stream().map(Effective::key).toList());
        int values = width(shown.stream().map(ConfigCommand::value).toList());
        return shown.stream()
                .map(one -> pad(one.key(), keys) + "  " + pad(value(one), values) + "  " + one.origin())
                .toList();
    }

    private static String value(Effective one) {
        return one.shown() == null ? "-" : one.shown();
    }

    private static int width(List<String> texts) {
        return Math.min(60, texts.stream().mapToInt(String::length).max().orElse(0));
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
