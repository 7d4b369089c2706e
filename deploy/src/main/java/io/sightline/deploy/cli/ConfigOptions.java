package io.sightline.deploy.cli;

import io.sightline.deploy.config.Checks;
import io.sightline.deploy.config.Concern;
import io.sightline.deploy.config.Concerns;
import io.sightline.deploy.config.Configuration;
import io.sightline.deploy.config.Setting;
import io.sightline.deploy.config.Sources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/**
 * The options of some concerns, made from their interfaces: names, descriptions and defaults are said there and nowhere
 * else. What is given counts more than every other source of the configuration; it is checked with it, so that all that
 * is wrong is told at once.
 */
@Command
final class ConfigOptions {

    private final List<Class<?>> concerns;
    private final boolean takesFile;
    private final Map<Setting, OptionSpec> options = new LinkedHashMap<>();
    private final OptionSpec file = OptionSpec.builder("--config")
            .type(Path.class)
            .paramLabel("FILE")
            .description("Settings that options leave open, .yaml or .properties; see the configuration reference"
                    + " (default: what the variable SIGHTLINE_CONFIG names).")
            .build();

    private ConfigOptions(boolean takesFile, List<Class<?>> concerns) {
        this.takesFile = takesFile;
        this.concerns = concerns;
    }

    /** Options of concerns, and a file and the environment behind them. */
    static ConfigOptions of(Class<?>... concerns) {
        return new ConfigOptions(true, List.of(concerns));
    }

    /** Options of concerns that nothing else is said of. */
    static ConfigOptions alone(Class<?>... concerns) {
        return new ConfigOptions(false, List.of(concerns));
    }

    /** Picocli calls it with what the options are mixed into. */
    @Spec(Spec.Target.MIXEE)
    void addTo(CommandSpec command) {
        if (takesFile) {
            command.addOption(file);
        }
        for (Class<?> concern : concerns) {
            for (Setting setting : Concern.of(concern).settings()) {
                if (setting.option() != null) {
                    OptionSpec option = option(setting, setting.option());
                    options.put(setting, option);
                    command.addOption(option);
                }
            }
        }
    }

    private static OptionSpec option(Setting setting, Setting.Option named) {
        return OptionSpec.builder(named.name())
                .type(setting.isList() ? List.class : String.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .paramLabel(named.label())
                .completionCandidates(setting.choices())
                .description(description(setting))
                .build();
    }

    /** As picocli formats it: a percent sign is doubled. */
    private static String description(Setting setting) {
        String choices = setting.choices().isEmpty() ? "" : " One of: " + String.join(", ", setting.choices()) + ".";
        String otherwise = setting.otherwise() == null ? setting.otherwiseSaid() : setting.otherwise();
        String text = setting.doc() + choices;
        String said = otherwise.isEmpty() ? text : text.replaceFirst("\\.?$", "") + " (default: " + otherwise + ").";
        return said.replace("%", "%%");
    }

    /** What was given, by key. */
    Map<String, Sources.Given> given() {
        Map<String, Sources.Given> given = new HashMap<>();
        options.forEach((setting, option) -> {
            List<String> values = option.originalStringValues();
            if (!values.isEmpty()) {
                given.put(
                        setting.keyOfOption(),
                        new Sources.Given(String.join(",", values), "command line, " + option.longestName()));
            }
        });
        return given;
    }

    /** Reads the concerns of the options, from nothing but the command line, if no file is taken. */
    Configuration read() {
        return read(concerns, Map.of(), List.of(), Map.of());
    }

    /**
     * Reads and checks some concerns.
     *
     * @param used which, whether they have options here or not
     * @param more that was given elsewhere on the command line
     * @param others concerns that are no interfaces
     * @param preset what counts in place of defaults
     */
    Configuration read(
            List<Class<?>> used,
            Map<String, Sources.Given> more,
            List<Concern> others,
            Map<String, Sources.Given> preset) {
        Map<String, Sources.Given> commandLine = new HashMap<>(given());
        commandLine.putAll(more);
        List<Concern> all = new ArrayList<>(Concerns.all());
        all.addAll(TrainerKeys.concerns());
        Sources sources = takesFile
                ? Sources.ofProcess(commandLine, givenFile().orElse(null), preset)
                : Sources.only(commandLine);
        Configuration configuration = Configuration.read(sources, used, others, all);
        Checks.run(configuration);
        return configuration;
    }

    /** The file that the command line names. */
    Optional<Path> givenFile() {
        List<String> names = file.originalStringValues();
        return names.isEmpty() ? Optional.empty() : Optional.of(Path.of(names.getLast()));
    }
}
