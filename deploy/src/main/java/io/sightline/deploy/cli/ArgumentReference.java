package io.sightline.deploy.cli;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What is said of one option or parameter in the reference. */
final class ArgumentReference {

    /** What options take whose labels are but the names of fields. */
    private static final Map<Class<?>, String> LABELS = Map.ofEntries(
            Map.entry(short.class, "N"),
            Map.entry(int.class, "N"),
            Map.entry(Integer.class, "N"),
            Map.entry(long.class, "N"),
            Map.entry(Long.class, "N"),
            Map.entry(double.class, "NUMBER"),
            Map.entry(Double.class, "NUMBER"),
            Map.entry(String.class, "TEXT"),
            Map.entry(Path.class, "PATH"),
            Map.entry(URI.class, "URL"),
            Map.entry(Duration.class, "DURATION"));

    private ArgumentReference() {}

    /** An item of a list. */
    static String markdown(OptionSpec option) {
        String names = Arrays.stream(option.names())
                .map(name -> name.equals(option.longestName()) ? usage(option) : name)
                .collect(Collectors.joining("`, `"));
        return "- `" + names + "`" + (option.required() ? " (required)" : "") + said(option);
    }

    /** An item of a list. */
    static String markdown(PositionalParamSpec parameter) {
        return "- `" + parameter.paramLabel() + "`" + said(parameter);
    }

    /** How an option is given. */
    static String usage(OptionSpec option) {
        return option.arity().max() == 0 ? option.longestName() : option.longestName() + " " + label(option);
    }

    /** How a parameter is given. */
    static String usage(PositionalParamSpec parameter) {
        String label = parameter.paramLabel() + (parameter.isMultiValue() ? "..." : "");
        return parameter.required() ? label : "[" + label + "]";
    }

    private static String label(OptionSpec option) {
        String given = option.paramLabel();
        boolean isField = given.startsWith("<");
        String label = isField ? LABELS.getOrDefault(elementType(option), "NAME") : given;
        return option.splitRegex().isEmpty() ? label : label + option.splitRegex() + "..";
    }

    private static Class<?> elementType(ArgSpec argument) {
        Class<?>[] types = argument.auxiliaryTypes();
        return argument.isMultiValue() && types.length > 0 ? types[0] : argument.type();
    }

    private static String said(ArgSpec argument) {
        List<String> sentences = new ArrayList<>();
        for (String line : argument.description()) {
            sentences.add(CommandReference.text(line));
        }
        String allowed = allowed(argument);
        if (!allowed.isEmpty() && sentences.stream().noneMatch(said -> said.contains(allowed))) {
            sentences.add("One of: " + allowed + ".");
        }
        return sentences.isEmpty() ? "" : ": " + String.join(" ", sentences);
    }

    /** Empty if anything goes; a converter has words of its own, which the description has to name. */
    private static String allowed(ArgSpec argument) {
        Iterable<String> candidates = argument.completionCandidates();
        return candidates == null || argument.converters().length > 0 ? "" : String.join(", ", candidates);
    }
}
