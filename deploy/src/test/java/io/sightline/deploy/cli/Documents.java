package io.sightline.deploy.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** README and deploy/docs, as tests read them. */
public final class Documents {

    /** Folder of the whole project. */
    public static final Path ROOT = Path.of(System.getProperty("sightline.root", "."));

    /** It is written from the commands, with their usage lines in its blocks; CommandReferenceTest compares it. */
    static final Path REFERENCE = Path.of("deploy", "docs", "reference.md");

    private static final Pattern BLOCK = Pattern.compile("^```\\w*\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern SPAN = Pattern.compile("`([^`]+)`");

    private Documents() {}

    /**
     * A command of a block.
     *
     * @param document where it stands
     * @param words the command and its arguments, without quotes
     */
    public record Shown(Path document, List<String> words) {}

    /** All of them, relative to the root. */
    static Stream<Path> all() {
        List<Path> found = new ArrayList<>(List.of(Path.of("README.md")));
        try (Stream<Path> docs = Files.list(ROOT.resolve("deploy").resolve("docs"))) {
            docs.map(ROOT::relativize)
                    .filter(page -> page.toString().endsWith(".md"))
                    .sorted()
                    .forEach(found::add);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder of documents cannot be read", e);
        }
        return found.stream();
    }

    static String text(Path document) {
        return read(ROOT.resolve(document));
    }

    /** What stands between lines of three backticks. */
    static List<String> blocks(Path document) {
        return BLOCK.matcher(text(document))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    /** What stands between single backticks, also over the end of a line. */
    static List<String> spans(Path document) {
        String prose = BLOCK.matcher(text(document)).replaceAll("\n");
        return Stream.of(prose.split("\\n\\s*\\n", -1))
                .flatMap(paragraph -> SPAN.matcher(paragraph).results())
                .map((MatchResult match) ->
                        match.group(1).replaceAll("\\s+", " ").strip())
                .toList();
    }

    /** The blocks of all documents as shell; of those that are none, whatever that makes of them. */
    public static Stream<Shown> commands() {
        return all().filter(document -> !document.equals(REFERENCE))
                .flatMap(document -> blocks(document).stream()
                        .flatMap(block -> ShellScript.commands(block).stream())
                        .map(words -> new Shown(document, words)));
    }

    /** Whether a Java source of this project has a text as one of its literals. */
    static boolean isReadInSources(String literal) {
        return SourceTexts.ALL.contains('"' + literal + '"');
    }

    /** All Java sources, once. */
    private static final class SourceTexts {
        private static final String ALL = sources().map(Documents::read).collect(Collectors.joining("\n"));
    }

    private static Stream<Path> sources() {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files
                    .filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !ROOT.relativize(file).toString().contains("target/"))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException("the sources cannot be read", e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
