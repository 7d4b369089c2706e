package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** README and deploy/docs against the code: options, Maven arguments, routes, links and files that they name exist. */
class DocumentsTest {

    private static final Path ROOT = Documents.ROOT;
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z0-9-]*");
    private static final Pattern ROUTE =
            Pattern.compile("(GET|POST|PUT|DELETE) `?(/v1/[^\\s`'\"|),;?]*|/metrics|/openapi\\.yaml)");
    private static final Pattern PROPERTY = Pattern.compile("-D([\\w.-]*\\w)(?:=.*)?");

    /** Of Maven itself and of its plug-ins. */
    private static final Set<String> PROPERTIES_OF_MAVEN = Set.of(
            "skipTests", "test", "it.test", "surefire.failIfNoSpecifiedTests", "failsafe.failIfNoSpecifiedTests");

    /** What a reader makes or gets by the commands before. */
    private static final Pattern MADE =
            Pattern.compile("deploy/(target|compose/secrets|kubernetes/overlays/mine)(/.*)?");

    static Stream<Path> documents() {
        return Documents.all();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void shouldNameOptionsOfSomeCommand(Path document) {
        Set<String> known = WrittenCommand.allOptions();
        Set<String> foreign = Set.of("--data-binary", "--header", "--strip", "--namespace", "--profile", "--request");

        Set<String> named = Documents.spans(document).stream()
                .filter(span -> span.startsWith("--"))
                .flatMap(span -> OPTION.matcher(span).results().map(MatchResult::group))
                .collect(Collectors.toCollection(TreeSet::new));
        named.removeAll(foreign);

        assertThat(known).as("options that %s names", document).containsAll(named);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void shouldTellMavenWhatItKnows(Path document) throws IOException {
        String poms = allOf("pom.xml");
        Set<String> tests = testClasses();
        List<String> wrong = new ArrayList<>();
        for (String word : wordsForMaven(document)) {
            Matcher property = PROPERTY.matcher(word);
            if (word.startsWith("-P") && !poms.contains("<id>" + word.substring(2) + "</id>")) {
                wrong.add(word);
            }
            if (property.matches() && !isProperty(property.group(1), poms)) {
                wrong.add(word);
            }
            if (word.matches("-D(it\\.)?test=(?!none).*")) {
                Stream.of(word.substring(word.indexOf('=') + 1).split(",", -1))
                        .filter(test -> !tests.contains(test))
                        .forEach(wrong::add);
            }
        }

        assertThat(wrong).as("what %s tells Maven", document).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void shouldLinkToWhatThereIs(Path document) {
        Path folder = ROOT.resolve(document).resolveSibling("");
        List<String> dead = LINK.matcher(Documents.text(document))
                .results()
                .map(match -> match.group(1))
                .filter(target -> !target.contains("://"))
                .filter(target -> !isThere(folder, document, target))
                .toList();

        assertThat(dead).as("links of %s", document).isEmpty();
    }

    @Test
    void shouldNameFilesThatThereAreInCommands() {
        List<String> named = Documents.commands()
                .flatMap(shown -> shown.words().stream())
                .filter(word ->
                        word.startsWith("deploy/") && !MADE.matcher(word).matches())
                .toList();

        assertThat(named)
                .isNotEmpty()
                .allSatisfy(word -> assertThat(ROOT.resolve(word)).exists());
    }

    @ParameterizedTest
    @MethodSource("documents")
    void shouldNameRoutesThatThereAre(Path document) {
        Services services = Services.read();
        List<String> wrong = ROUTE.matcher(Documents.text(document))
                .results()
                // Dots stand for what a group of routes has in common.
                .filter(match -> !match.group(2).endsWith("..."))
                .filter(match -> services.names().stream()
                        .noneMatch(service -> services.answers(service, match.group(1), match.group(2))))
                .map(MatchResult::group)
                .toList();

        assertThat(wrong).as("routes that %s names", document).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void shouldNameClassesThatThereAre(Path document) throws IOException {
        Set<String> tests = testClasses();
        Set<String> named = Documents.spans(document).stream()
                .filter(span -> span.matches("[A-Z]\\w+(IT|Test)"))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(tests).as("tests that %s names", document).containsAll(named);
    }

    /** Arguments of commands, and those that are named alone. */
    private static List<String> wordsForMaven(Path document) {
        Stream<String> named = Documents.spans(document).stream()
                .filter(span -> span.matches("mvn .*|-[PD]\\w.*"))
                .flatMap(span -> Stream.of(span.split(" ", -1)));
        Stream<String> shown = Documents.commands()
                .filter(command -> command.document().equals(document)
                        && command.words().getFirst().equals("mvn"))
                .flatMap(command -> command.words().stream());
        return Stream.concat(named, shown).toList();
    }

    /** Whether a build file or a source has it; properties that are settings are looked at elsewhere. */
    private static boolean isProperty(String name, String poms) {
        return PROPERTIES_OF_MAVEN.contains(name)
                || poms.contains("<" + name + ">")
                || poms.contains("${" + name + "}")
                || DocumentedSettingsTest.isKey(name)
                || Documents.isReadInSources(name);
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
        return Documents.read(file)
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
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
                    .map(Documents::read)
                    .collect(Collectors.joining());
        }
    }
}
