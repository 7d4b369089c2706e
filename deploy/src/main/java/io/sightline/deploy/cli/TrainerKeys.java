package io.sightline.deploy.cli;

import io.sightline.deploy.config.Concern;
import io.sightline.deploy.config.Configuration;
import io.sightline.deploy.config.RolloutConfig;
import io.sightline.deploy.config.Setting;
import io.sightline.deploy.config.Sources;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * The settings of the trainer: {@code sightline.network.*}, {@code sightline.training.*} and {@code sightline.rounds.*}.
 *
 * <p>Other than with the rest, the options are the truth here and the keys follow from them: they are also what demo,
 * train and the benchmarks take, presets are made of them, and what counts where one is left open depends on the command
 * and the network. A key is the option's name, without {@code round-} in rounds. Its value is what would be written
 * behind the option, {@code true} for one that takes nothing.
 */
final class TrainerKeys {

    private static final String PRESET = "sightline.network.preset";

    @Command
    private static final class Trained {
        @Mixin
        private final NetworkOptions network = new NetworkOptions();
    }

    private TrainerKeys() {}

    /** Network, training and rounds. */
    static List<Concern> concerns() {
        CommandSpec spec = networkSpec();
        Collection<OptionSpec> training = options(spec, "learning");
        Collection<OptionSpec> rounds = options(spec, "rounds");
        Set<String> elsewhere = Stream.concat(
                        Stream.of(training, rounds).flatMap(Collection::stream).map(OptionSpec::longestName),
                        Concern.of(RolloutConfig.class).settings().stream()
                                .flatMap(setting -> Stream.ofNullable(setting.option()))
                                .map(Setting.Option::name))
                .collect(Collectors.toSet());
        List<OptionSpec> network = spec.options().stream()
                .filter(option -> !elsewhere.contains(option.longestName()))
                .toList();
        return List.of(
                concern("network", "The network that is trained.", network),
                concern("training", "How steps of training are made.", training),
                concern("rounds", "When to train, and what a version must show.", rounds));
    }

    /** Whether a key is one of the trainer's. */
    static boolean isOfTrainer(String key) {
        return concerns().stream().anyMatch(concern -> key.startsWith(concern.prefix() + "."));
    }

    private static CommandSpec networkSpec() {
        return mixin(new CommandLine(new Trained()).getCommandSpec(), "network");
    }

    private static Collection<OptionSpec> options(CommandSpec spec, String mixin) {
        return mixin(spec, mixin).options();
    }

    private static CommandSpec mixin(CommandSpec spec, String name) {
        return Objects.requireNonNull(spec.mixins().get(name), name);
    }

    private static Concern concern(String name, String doc, Collection<OptionSpec> options) {
        String prefix = "sightline." + name;
        return new Concern(
                prefix,
                doc,
                options.stream().map(option -> setting(prefix, option)).toList());
    }

    private static Setting setting(String prefix, OptionSpec option) {
        String name = option.longestName().replaceFirst("^--", "");
        boolean isFlag = option.arity().max() == 0;
        String label = isFlag ? "BOOLEAN" : ArgumentReference.usage(option).replaceFirst("^\\S+ ", "");
        return new Setting(
                prefix + "." + (prefix.endsWith(".rounds") ? name.replaceFirst("^round-", "") : name),
                CommandReference.plain(option),
                label,
                null,
                "",
                isFlag ? "true or false" : "",
                List.of(),
                Setting.Kind.PLAIN,
                new Setting.Option(option.longestName(), label, false),
                value -> wrong(option.longestName(), isFlag, value));
    }

    private static Optional<String> wrong(String option, boolean isFlag, String value) {
        if (isFlag) {
            return isTruth(value) ? Optional.empty() : Optional.of("must be true or false");
        }
        try {
            parse(List.of(option + "=" + value));
            return Optional.empty();
        } catch (ParameterException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static boolean isTruth(String value) {
        return List.of("true", "false").contains(value.toLowerCase(Locale.ROOT));
    }

    private static NetworkOptions parse(List<String> arguments) {
        Trained trained = new Trained();
        new CommandLine(trained).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments.toArray(String[]::new));
        return trained.network;
    }

    /** What a command line gives, by key. */
    static Map<String, Sources.Given> given(CommandSpec command) {
        Map<String, Sources.Given> given = new HashMap<>();
        Map<String, String> keys = keys();
        for (OptionSpec option : command.commandLine().getParseResult().matchedOptions()) {
            String key = keys.get(option.longestName());
            if (key != null) {
                String value = option.arity().max() == 0 ? "true" : String.join(",", option.originalStringValues());
                given.put(key, new Sources.Given(value, "command line, " + option.longestName()));
            }
        }
        return given;
    }

    /** What the preset stands for that the configuration names; nothing where it names none. */
    static Map<String, Sources.Given> preset(Configuration configuration) {
        Optional<Preset> named = configuration
                .text(PRESET)
                .flatMap(name -> Stream.of(Preset.values())
                        .filter(preset -> preset.toString().equalsIgnoreCase(name.replace('_', '-')))
                        .findFirst());
        Map<String, Sources.Given> values = new HashMap<>();
        Map<String, String> keys = keys();
        named.ifPresent(preset -> preset.options().forEach((option, value) -> {
            String key = keys.get(option);
            if (key != null) {
                values.put(key, new Sources.Given(value, "preset " + preset));
            }
        }));
        return values;
    }

    private static Map<String, String> keys() {
        Map<String, String> keys = new LinkedHashMap<>();
        concerns()
                .forEach(concern -> concern.settings().forEach(setting -> {
                    if (setting.option() != null) {
                        keys.put(setting.option().name(), setting.key());
                    }
                }));
        return keys;
    }

    /** The options as if all that the configuration says stood on the command line. */
    static NetworkOptions effective(Configuration configuration) {
        List<String> arguments = new ArrayList<>();
        for (Concern concern : concerns()) {
            for (Setting setting : concern.settings()) {
                configuration.text(setting.key()).ifPresent(value -> {
                    String option =
                            setting.option() == null ? "" : setting.option().name();
                    if (!setting.type().equals("BOOLEAN")) {
                        arguments.add(option + "=" + value);
                    } else if (Boolean.parseBoolean(value)) {
                        arguments.add(option);
                    }
                });
            }
        }
        return parse(arguments);
    }
}
