package io.sightline.deploy.cli;

import io.sightline.deploy.config.Concerns;
import io.sightline.deploy.config.Setting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** What is wrong with a command line of a document: behind {@code sightline}, with placeholders in capitals. */
final class WrittenCommand {

    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z0-9-]*");
    private static final Pattern PLACEHOLDER = Pattern.compile("[A-Z]+(-[A-Z]+)*");

    /** Read only: parsing takes one of its own. */
    private static final CommandSpec ALL = SightlineCommand.commandLine().getCommandSpec();

    private static final List<Setting> SETTINGS = Concerns.all().stream()
            .flatMap(concern -> concern.settings().stream())
            .toList();

    private WrittenCommand() {}

    /** Whether it begins with the name of a command, and more follows. */
    static boolean isCommand(String text) {
        return text.contains(" ") && ALL.subcommands().containsKey(text.substring(0, text.indexOf(' ')));
    }

    /** Every option that a command has. */
    static Set<String> allOptions() {
        return allOptions(ALL);
    }

    /** Commands and options that there are not, in a line that may have brackets and alternatives. */
    static List<String> unknown(String written) {
        String[] words = words(written);
        List<String> wrong = new ArrayList<>();
        for (String first : words[0].split("\\|", -1)) {
            if (first.startsWith("-")) {
                continue;
            }
            CommandLine next = ALL.subcommands().get(first);
            if (next == null) {
                wrong.add("no command '" + first + "' in: " + written);
                continue;
            }
            wrong.addAll(unknownBelow(next.getCommandSpec(), words, 1, written));
        }
        return wrong;
    }

    private static List<String> unknownBelow(CommandSpec spec, String[] words, int from, String written) {
        if (from == words.length || spec.subcommands().isEmpty() || !words[from].matches("[a-z][a-z|-]*")) {
            return unknownOptions(spec, words, from, written);
        }
        List<String> wrong = new ArrayList<>();
        for (String one : words[from].split("\\|", -1)) {
            CommandLine next = spec.subcommands().get(one);
            if (next != null) {
                wrong.addAll(unknownBelow(next.getCommandSpec(), words, from + 1, written));
            } else if (spec.positionalParameters().isEmpty()) {
                wrong.add("no command '" + one + "' of '" + spec.qualifiedName() + "' in: " + written);
            } else {
                wrong.addAll(unknownOptions(spec, words, from, written));
            }
        }
        return wrong;
    }

    private static List<String> unknownOptions(CommandSpec spec, String[] words, int from, String written) {
        Set<String> known = allOptions(spec);
        return Arrays.stream(words, from, words.length)
                .flatMap(word -> OPTION.matcher(word).results().map(MatchResult::group))
                .filter(option -> !known.contains(option))
                .map(option -> "no option " + option + " of '" + spec.qualifiedName() + "' in: " + written)
                .toList();
    }

    /** Of a command and those below it. */
    private static Set<String> allOptions(CommandSpec spec) {
        Set<String> names = new TreeSet<>(spec.optionsMap().keySet());
        names.addAll(spec.negatedOptionsMap().keySet());
        spec.subcommands().values().forEach(sub -> names.addAll(allOptions(sub.getCommandSpec())));
        return names;
    }

    /** Without brackets. */
    static String[] words(String written) {
        return written.replace("\\|", "|").replaceAll("[\\[\\]]", " ").strip().split("\\s+", -1);
    }

    /**
     * Has the command parse it, and the settings look at their values. Two dots stand for something, which is left out.
     *
     * @throws ParameterException if the command would not take it
     */
    static void parse(List<String> words) {
        String[] given = filled(
                        words.stream().filter(word -> !word.equals("..")).toList())
                .toArray(String[]::new);
        ParseResult result = SightlineCommand.commandLine(given).parseArgs(given);
        while (result.hasSubcommand()) {
            result = result.subcommand();
        }
        requireValues(result);
        if (result.commandSpec().userObject() instanceof ConfigCommand && result.hasMatchedPositional(0)) {
            // The command that is asked about: config itself takes it word by word.
            List<String> asked = result.matchedPositionalValue(0, List.of());
            parse(asked);
        }
    }

    /** For an option of a setting any text is right to picocli. */
    private static void requireValues(ParseResult result) {
        for (OptionSpec option : result.matchedOptions()) {
            for (Setting setting : SETTINGS) {
                if (setting.option() != null
                        && !setting.option().file()
                        && setting.option().name().equals(option.longestName())) {
                    option.originalStringValues()
                            .forEach(value -> setting.check().wrong(value).ifPresent(wrong -> {
                                throw new ParameterException(
                                        result.commandSpec().commandLine(),
                                        option.longestName() + "=" + value + ": " + wrong);
                            }));
                }
            }
        }
    }

    /** Placeholders behind options that take no text become plausible values. */
    private static List<String> filled(List<String> words) {
        CommandSpec spec = ALL;
        List<String> filled = new ArrayList<>();
        @Nullable OptionSpec option = null;
        for (String word : words) {
            filled.add(option != null && PLACEHOLDER.matcher(word).matches() ? plausible(type(option), word) : word);
            CommandLine next = option == null ? spec.subcommands().get(word) : null;
            if (next != null) {
                spec = next.getCommandSpec();
            }
            option = spec.findOption(word);
            if (option != null && option.arity().max() == 0) {
                option = null;
            }
        }
        return filled;
    }

    private static Class<?> type(OptionSpec option) {
        return option.isMultiValue() ? option.auxiliaryTypes()[0] : option.type();
    }

    private static String plausible(Class<?> type, String placeholder) {
        if (type.isEnum()) {
            boolean isMeant = Arrays.stream(type.getEnumConstants())
                    .anyMatch(constant ->
                            ((Enum<?>) constant).name().toUpperCase(Locale.ROOT).equals(placeholder));
            return isMeant ? placeholder : ((Enum<?>) type.getEnumConstants()[0]).name();
        }
        if (type == Duration.class) {
            return "PT1S";
        }
        return type.isPrimitive() || Number.class.isAssignableFrom(type) ? "1" : placeholder;
    }
}
