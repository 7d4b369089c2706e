package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** README and deploy/docs against the code: commands, options, Maven lines, routes, links and files that they name exist. */
class DocumentsTest {

    private static final Path ROOT = Path.of(System.getProperty("sightline.root", "."));
    private static final Pattern SIGHTLINE = Pattern.compile("deploy/sightline((?:[^`\n\\\\]|\\\\\n)*)");
    private static final Pattern MAVEN = Pattern.compile("(?<![\\w.])mvn ((?:[^`\n\\\\]|\\\\\n)*)");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z0-9-]*");
    private static final Pattern ROUTE =
            Pattern.compile("(GET|POST|PUT|DELETE) `?(/v1/[^\\s`'\"|),;?]*|/metrics|/openapi\\.yaml)");
    private static final Pattern CODE_SPAN = Pattern.compile("`([^`\n]+)`");

    static Stream<Path> documents() throws IOException {
        List<Path> found = new ArrayList<>(List.of(Path.of("README.md")));
        try (Stream<Path> docs = Files.list(ROOT.resolve("deploy/docs"))) {
            docs.map(ROOT::relativize)
                    .filter(page -> page.toString().endsWith(".md"))
                    .sorted()
                    .forEach(found::add);
        }
        return found.stream();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void shouldNameCommandsAndOptionsThatThereAre(Path document) {
        List<String> wrong = SIGHTLINE
                .matcher(text(document))
                .results()
                .map(match -> match.group(1))
                .flatMap(command -> unknown(command).stream())
                .toList();

        assertThat(wrong).as("what %s says of deploy/sightline", document).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void shouldNameOptionsOfSomeCommand(Path document) {
        Set<String> known = allOptions(SightlineCommand.commandLine().getCommandSpec());
        Set<String> foreign = Set.of("--data-binary", "--header", "--strip", "--namespace", "--profile", "--request");

        Set<String> named = CODE_SPAN
                .matcher(text(document))
                .results()
                .map(match -> match.group(1))
                .filter(span -> span.startsWith("--"))
                .flatMap(span -> OPTION.matcher(span).results().map(MatchResult::group))
                .collect(Collectors.toCollection(TreeSet::new));
        named.removeAll(foreign);

        assertThat(known).as("options that %s names", document).containsAll(named);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void shouldNameProfilesAndTestsThatThereAre(Path document) throws IOException {
        String poms = allOf("pom.xml");
        Set<String> tests = testClasses();
        List<String> wrong = new ArrayList<>();
        MAVEN.matcher(text(document)).results().map(match -> match.group(1)).forEach(line -> {
            for (String word : line.replace("\\\n", " ").trim().split("\\s+", -1)) {
                if (word.startsWith("-P") && !poms.contains("<id>" + word.substring(2) + "</id>")) {
                    wrong.add(word);
                }
                if ((word.startsWith("-Dit.test=") || word.startsWith("-Dtest="))
                        && !word.endsWith("=none")
                        && !tests.containsAll(Arrays.asList(
                                word.substring(word.indexOf('=') + 1).split(",", -1)))) {
                    wrong.add(word);
                }
            }
        });

        assertThat(wrong).as("what %s says of mvn", document).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void shouldLinkToWhatThereIs(Path document) {
        Path folder = ROOT.resolve(document).resolveSibling("");
        List<String> dead = LINK.matcher(text(document))
                .results()
                .map(match -> match.group(1))
                .filter(target -> !target.contains("://"))
                .filter(target -> !isThere(folder, document, target))
                .toList();

        assertThat(dead).as("links of %s", document).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void shouldNameRoutesThatThereAre(Path document) throws IOException {
        Set<String> known = routes();
        Set<String> named = ROUTE.matcher(text(document))
                .results()
                // Dots stand for what a group of routes has in common.
                .filter(match -> !match.group(2).endsWith("..."))
                .map(match -> match.group(1) + " " + template(match.group(2)))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(known).as("routes that %s names", document).containsAll(named);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void shouldNameClassesThatThereAre(Path document) throws IOException {
        Set<String> tests = testClasses();
        Set<String> named = CODE_SPAN
                .matcher(text(document))
                .results()
                .map(match -> match.group(1))
                .filter(span -> span.matches("[A-Z]\\w+(IT|Test)"))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(tests).as("tests that %s names", document).containsAll(named);
    }

    /** What is wrong with a command line, with its placeholders and brackets. */
    private static List<String> unknown(String written) {
        String plain = written.replace("\\\n", " ").replace("\\|", "|").replaceAll("\\s#.*", "");
        String[] words = plain.replaceAll("[\\[\\]]", " ").trim().split("\\s+", -1);
        if (!written.startsWith(" ") || words[0].isEmpty()) {
            return List.of();
        }
        List<String> wrong = new ArrayList<>();
        for (String first : words[0].split("\\|", -1)) {
            CommandSpec spec = SightlineCommand.commandLine().getCommandSpec();
            if (first.startsWith("-")) {
                continue;
            }
            CommandLine next = spec.subcommands().get(first.replaceAll("[,.;:)]+$", ""));
            if (next == null) {
                wrong.add("no command '" + first + "' in:" + written);
                continue;
            }
            wrong.addAll(unknownBelow(next.getCommandSpec(), words, 1, written));
        }
        return wrong;
    }

    private static List<String> unknownBelow(CommandSpec spec, String[] words, int from, String written) {
        if (from < words.length && !spec.subcommands().isEmpty() && words[from].matches("[a-z|-]+")) {
            List<String> wrong = new ArrayList<>();
            for (String one : words[from].split("\\|", -1)) {
                CommandLine next = spec.subcommands().get(one);
                if (next != null) {
                    wrong.addAll(unknownBelow(next.getCommandSpec(), words, from + 1, written));
                } else if (spec.positionalParameters().isEmpty()) {
                    wrong.add("no command '" + one + "' of '" + spec.qualifiedName() + "' in:" + written);
                }
            }
            return wrong;
        }
        Set<String> known = allOptions(spec);
        return Arrays.stream(words, from, words.length)
                .flatMap(word -> OPTION.matcher(word).results().map(MatchResult::group))
                .filter(option -> !known.contains(option))
                .map(option -> "no option " + option + " of '" + spec.qualifiedName() + "' in:" + written)
                .toList();
    }

    /** Of a command and those below it. */
    private static Set<String> allOptions(CommandSpec spec) {
        Set<String> names = new TreeSet<>(spec.optionsMap().keySet());
        names.addAll(spec.negatedOptionsMap().keySet());
        spec.subcommands().values().forEach(sub -> names.addAll(allOptions(sub.getCommandSpec())));
        return names;
    }

    private static boolean isThere(Path folder, Path document, String target) {
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty()
                ? ROOT.resolve(document)
                : folder.resolve(parts[0]).normalize();
        return Files.exists(file) && (parts.length == 1 || anchors(file).contains(parts[1]));
    }

    /** As the usual renderers name headings. */
    private static Set<String> anchors(Path file) {
        return read(file)
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    /** Of all services: as openapi.yaml has those of the indexer, and as the others' sources register theirs. */
    private static Set<String> routes() throws IOException {
        Set<String> routes = new TreeSet<>();
        Pattern registered = Pattern.compile("routes\\.(get|post|put|delete)\\(\\s*\"([^\"]+)\"");
        try (Stream<Path> sources = Files.walk(ROOT)) {
            sources.filter(DocumentsTest::isSource)
                    .forEach(source -> registered
                            .matcher(read(source))
                            .results()
                            .forEach(match -> routes.add(
                                    match.group(1).toUpperCase(Locale.ROOT) + " " + template(match.group(2)))));
        }
        // Their paths are constants.
        routes.addAll(List.of("GET /openapi.yaml", "GET /v1/images/{}/erasure", "GET /v1/session"));
        routes.addAll(List.of("POST /v1/session", "DELETE /v1/session"));
        return routes;
    }

    private static boolean isSource(Path file) {
        String name = file.toString();
        return name.endsWith(".java") && name.contains("/src/main/") && !name.contains("/target/");
    }

    /** A route whose parameters have no names; ids that documents use as examples are parameters. */
    private static String template(String path) {
        return path.replaceAll("[<{][a-z]+[>}]", "{}")
                .replaceAll("^/v1/(images|models|trainer/reports)/(?!\\{\\})[^/:]+", "/v1/$1/{}");
    }

    private static Set<String> testClasses() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith("IT.java") || name.endsWith("Test.java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
    }

    private static String allOf(String name) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.endsWith(name) && !file.toString().contains("/target/"))
                    .map(DocumentsTest::read)
                    .collect(Collectors.joining());
        }
    }

    private static String text(Path document) {
        return read(ROOT.resolve(document));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
