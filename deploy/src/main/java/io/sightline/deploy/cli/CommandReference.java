package io.sightline.deploy.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * All commands with all they take, as a page of Markdown: what {@code --help} says, and the same on every machine and
 * terminal.
 */
final class CommandReference {

    private static final Comparator<OptionSpec> BY_NAME =
            Comparator.comparing(option -> option.longestName().replaceFirst("^-+", ""));

    private static final String INTRODUCTION =
            "This page is written by `sightline reference --out deploy/docs/reference.md` from the commands themselves;"
                    + " `--help`, which every command takes, says the same. Where one of several words is meant, it may"
                    + " be in upper or lower case. The exit status is 0 if all is well, 1 if not, and 2 if the command"
                    + " was not understood.";

    private final StringBuilder page = new StringBuilder();

    /**
     * More of the page, after the commands.
     *
     * @param title without markup
     * @param body Markdown
     */
    record Section(String title, String body) {}

    private CommandReference() {}

    /** The page of a command and its sub-commands. */
    static String markdown(CommandLine line, List<Section> more) {
        CommandReference reference = new CommandReference();
        CommandSpec root = line.getCommandSpec();
        List<String> contents = new ArrayList<>();
        subcommands(root).forEach(sub -> contents.addAll(contents(sub, "")));
        more.forEach(section -> contents.add("- " + link(section.title(), section.title())));
        reference.describe(root, 1);
        reference.paragraph(INTRODUCTION);
        reference.paragraph(String.join("\n", contents));
        subcommands(root).forEach(sub -> reference.describeAll(sub, 2));
        more.forEach(section -> reference.heading(2, section.title()).paragraph(section.body()));
        return reference.page.toString();
    }

    private static List<String> contents(CommandSpec spec, String indent) {
        String first = description(spec).stream().findFirst().orElse("");
        String name = spec.qualifiedName();
        List<String> lines = new ArrayList<>();
        lines.add(indent + "- " + link("`" + name + "`", name) + ": " + first.split("(?<=\\.) ", 2)[0]);
        subcommands(spec).forEach(sub -> lines.addAll(contents(sub, indent + "  ")));
        return lines;
    }

    private static String link(String shown, String title) {
        return "[" + shown + "](#" + title.toLowerCase(Locale.ROOT).replace(' ', '-') + ")";
    }

    private void describeAll(CommandSpec spec, int level) {
        describe(spec, level);
        subcommands(spec).forEach(sub -> describeAll(sub, level + 1));
    }

    private void describe(CommandSpec spec, int level) {
        heading(level, spec.qualifiedName());
        description(spec).forEach(this::paragraph);
        paragraph("```\n" + synopsis(spec) + "\n```");
        List<String> taken = new ArrayList<>();
        spec.positionalParameters().stream()
                .filter(parameter -> !parameter.hidden())
                .map(ArgumentReference::markdown)
                .forEach(taken::add);
        options(spec).stream().map(ArgumentReference::markdown).forEach(taken::add);
        if (!taken.isEmpty()) {
            paragraph(String.join("\n", taken));
        }
    }

    private static String synopsis(CommandSpec spec) {
        List<String> words = new ArrayList<>(List.of(spec.qualifiedName()));
        if (options(spec).stream().anyMatch(option -> !option.required())) {
            words.add("[OPTIONS]");
        }
        options(spec).stream()
                .filter(OptionSpec::required)
                .map(ArgumentReference::usage)
                .forEach(words::add);
        spec.positionalParameters().stream().map(ArgumentReference::usage).forEach(words::add);
        if (!subcommands(spec).isEmpty()) {
            words.add("[COMMAND]");
        }
        return String.join(" ", words);
    }

    /** Without those of help and version, which all have. */
    private static List<OptionSpec> options(CommandSpec spec) {
        return spec.options().stream()
                .filter(option -> !option.hidden() && !option.usageHelp() && !option.versionHelp())
                .sorted(BY_NAME)
                .toList();
    }

    private static List<CommandSpec> subcommands(CommandSpec spec) {
        return spec.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(sub -> !sub.usageMessage().hidden())
                .distinct()
                .toList();
    }

    private static List<String> description(CommandSpec spec) {
        List<String> lines = new ArrayList<>(Arrays.asList(spec.usageMessage().header()));
        lines.addAll(Arrays.asList(spec.usageMessage().description()));
        return lines.stream()
                .flatMap(line -> text(line).lines())
                .filter(line -> !line.isBlank())
                .toList();
    }

    /** What is said of an option, in one line. */
    static String plain(OptionSpec option) {
        return Arrays.stream(option.description())
                .map(line -> Ansi.OFF.string(line.replace("%n", " ").replace("%%", "%")))
                .collect(Collectors.joining(" "));
    }

    /** A description as it is read: picocli's format and colours are gone, and nothing in it is taken for markup. */
    static String text(String description) {
        String plain = Ansi.OFF.string(description.replace("%n", "\n").replace("%%", "%"));
        return plain.replace("*", "\\*").replace("<", "&lt;");
    }

    private CommandReference heading(int level, String title) {
        return paragraph("#".repeat(level) + " " + title);
    }

    private CommandReference paragraph(String text) {
        page.append(page.isEmpty() ? "" : "\n").append(text).append('\n');
        return this;
    }
}
