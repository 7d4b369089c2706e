package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.deploy.config.Concern;
import io.sightline.deploy.config.Concerns;
import io.sightline.deploy.config.Setting;
import io.sightline.deploy.config.Sources;
import io.sightline.schemas.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Keys, variables and files of settings in README and deploy/docs: the configuration knows them. */
class DocumentedSettingsTest {

    private static final Path README = Path.of("README.md");
    private static final List<Concern> CONCERNS = Stream.concat(
                    Concerns.all().stream(), TrainerKeys.concerns().stream())
            .toList();
    private static final Pattern NAME = Pattern.compile("(?<![\\w./-])(?:-D)?(sightline(?:\\.[\\w-]++)++)(?!/)");
    private static final Pattern VARIABLE = Pattern.compile("SIGHTLINE_[A-Z0-9_]*[A-Z0-9]");
    private static final Pattern HERE_DOCUMENT = Pattern.compile("(?ms)^cat >sightline\\.yaml <<END\\n(.*?)^END$");

    private static final Set<String> TOPICS = Set.of(
            Topics.IMAGES,
            Topics.LABELS,
            Topics.MODELS,
            Topics.DEAD_LETTERS,
            Topics.ERASURES,
            Topics.embeddings("v1").replaceFirst("\\.v1$", ""));

    /** What readers call the file of settings, and one of the mistakes that configuration.md shows. */
    private static final Set<String> NO_KEYS = Set.of("sightline.yaml", "sightline.rollout.min-overlaps");

    /** Variables that are no settings, and the file that reads each. */
    private static final Map<String, String> READ_ELSEWHERE = Map.of(
            "SIGHTLINE_HEAP", "deploy/sightline",
            "SIGHTLINE_MAVEN_ARGS", "deploy/sightline",
            "SIGHTLINE_IMAGE", "deploy/compose/compose.yaml",
            "SIGHTLINE_API_KEY", "deploy/src/main/java/io/sightline/deploy/cli/ApiAccessOptions.java",
            "SIGHTLINE_DATA", "deploy/src/main/java/io/sightline/deploy/bench/BenchData.java");

    /** A mistake that configuration.md shows, and what Kubernetes makes of a service. */
    private static final Set<String> NO_VARIABLES = Set.of("SIGHTLINE_ROLLOUT_MIN_OVERLAPS", "SIGHTLINE_INGEST_PORT");

    @TempDir
    Path folder;

    static Stream<Path> documents() {
        return Documents.all();
    }

    /** Document and YAML of each piece of a file of settings. */
    static Stream<Arguments> files() {
        return Documents.all().flatMap(document -> {
            Stream<String> blocks = Documents.blocks(document).stream()
                    .flatMap(block -> Stream.concat(
                            Stream.of(block),
                            HERE_DOCUMENT.matcher(block).results().map(match -> match.group(1))))
                    .filter(block -> block.startsWith("sightline:\n"));
            Stream<String> spans = Documents.spans(document).stream()
                    .filter(span -> span.matches("[a-z.-]+: \\S.*") && isSection(inFull(span.split(":", 2)[0])));
            return Stream.concat(blocks, spans).map(yaml -> Arguments.of(document, yaml));
        });
    }

    @ParameterizedTest
    @MethodSource("documents")
    void shouldNameKeysThatThereAre(Path document) {
        Set<String> unknown = NAME.matcher(Documents.text(document))
                .results()
                .map(match -> match.group(1))
                .filter(name -> !isSection(name) && !TOPICS.contains(name) && !NO_KEYS.contains(name))
                // Of the tests, or of the logger; names of settings have a concern in the middle.
                .filter(name -> name.matches("sightline\\.\\w+\\..*") || !Documents.isReadInSources(name))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(unknown).as("keys that %s names", document).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void shouldNameVariablesThatThereAre(Path document) {
        Set<String> unknown = VARIABLE.matcher(Documents.text(document))
                .results()
                .map(match -> match.group())
                .filter(name -> !isVariable(name) && !READ_ELSEWHERE.containsKey(name) && !NO_VARIABLES.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(unknown).as("variables that %s names", document).isEmpty();
    }

    @Test
    void shouldReadTheOtherVariablesElsewhere() {
        assertThat(READ_ELSEWHERE)
                .allSatisfy((name, file) -> assertThat(Documents.read(Documents.ROOT.resolve(file)))
                        .containsPattern("[\"{]" + name + "[\":}]"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("files")
    void shouldShowFilesWithKeysAndValuesThatThereAre(Path document, String yaml) {
        assertThat(flat(yaml)).isNotEmpty().allSatisfy((key, value) -> {
            assertThat(isKey(key)).as(key).isTrue();
            // Two dots stand for something.
            if (!value.equals("..")) {
                assertThat(setting(key).flatMap(setting -> setting.check().wrong(value)))
                        .as("%s: %s", key, value)
                        .isEmpty();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"indexer", "ingest", "embedder", "trainer"})
    void shouldShowACompleteConfiguration(String service) throws IOException {
        String block = Documents.blocks(README).stream()
                .filter(one -> HERE_DOCUMENT.matcher(one).find())
                .findFirst()
                .orElseThrow();
        Matcher shown = HERE_DOCUMENT.matcher(block);
        assertThat(shown.find()).isTrue();
        Files.writeString(folder.resolve("sightline.yaml"), here(shown.group(1)));
        // No helper makes certificates here, and none is needed: the check asks only whether the files can be read.
        Files.createFile(folder.resolve("tls.crt"));
        Files.createFile(folder.resolve("tls.key"));
        List<List<String>> commands = ShellScript.commands(block);

        assertThat(run(find(commands, "keys"))).endsWith(" 0");
        assertThat(run(find(commands, "config").stream()
                        .map(word -> word.equals("indexer") ? service : word)
                        .toList()))
                .endsWith("the configuration is sound\n 0");
    }

    /** Names of files become those of files in the temporary folder. */
    private String here(String text) {
        return text.replaceAll(
                "\\b(keys\\.json|sightline\\.yaml|tls\\.crt|tls\\.key)", Matcher.quoteReplacement(folder + "/") + "$1");
    }

    private static List<String> find(List<List<String>> commands, String name) {
        return commands.stream()
                .filter(words -> words.size() > 1
                        && words.get(0).equals("deploy/sightline")
                        && words.get(1).equals(name))
                .map(words -> words.subList(1, words.size()))
                .findFirst()
                .orElseThrow();
    }

    /** What the command says, and its exit status. */
    private String run(List<String> words) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        int status = SightlineCommand.execute(
                out, out, words.stream().map(this::here).toArray(String[]::new));
        return said + " " + status;
    }

    @Test
    void shouldFindWhatIsWrong() {
        assertThat(isKey("sightline.rollout.graces")).isFalse();
        assertThat(isKey("sightline.kafka.client")).isFalse();
        assertThat(isKey("sightline.kafka.client.acks")).isTrue();
        assertThat(isKey("sightline.kafka.password-file")).isTrue();
        assertThat(isSection("sightline.http.tls")).isTrue();
        assertThat(isSection("sightline.http.tl")).isFalse();
        assertThat(isVariable("SIGHTLINE_KAFKA_PASSWORD_FILE")).isTrue();
        assertThat(isVariable("SIGHTLINE_KAFKA_USER_FILE")).isFalse();
        assertThat(isVariable("SIGHTLINE_ROUNDS_STEPS")).isTrue();
        assertThat(setting("sightline.rollout.grace").orElseThrow().check().wrong("24h"))
                .isPresent();
        assertThat(flat("http: {tls: {proxy: true}}")).containsExactly(Map.entry("sightline.http.tls.proxy", "true"));
    }

    /** Whether it may be set. */
    static boolean isKey(String name) {
        return setting(name).isPresent();
    }

    private static Optional<Setting> setting(String name) {
        return settings()
                .filter(setting -> switch (setting.kind()) {
                    case PLAIN, LIST -> name.equals(setting.key());
                    case SECRET -> name.equals(setting.key()) || name.equals(setting.key() + "-file");
                    case FREE -> name.startsWith(setting.key() + ".");
                })
                .findFirst();
    }

    private static Stream<Setting> settings() {
        return CONCERNS.stream().flatMap(concern -> concern.settings().stream());
    }

    /** Whether it is a key, or what several keys begin with. */
    private static boolean isSection(String name) {
        return isKey(name) || settings().anyMatch(setting -> setting.key().startsWith(name + "."));
    }

    private static boolean isVariable(String name) {
        return name.equals(Sources.FILE_VARIABLE)
                || settings().anyMatch(setting -> switch (setting.kind()) {
                    case PLAIN, LIST -> name.equals(setting.variable());
                    case SECRET -> name.equals(setting.variable()) || name.equals(setting.variable() + "_FILE");
                    case FREE -> name.startsWith(setting.variable() + "_");
                });
    }

    private static String inFull(String key) {
        return key.startsWith("sightline") ? key : "sightline." + key;
    }

    /** Values by keys in full. */
    private static Map<String, String> flat(String yaml) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        Map<String, String> values = new TreeMap<>();
        Map<?, ?> read = new Yaml(new SafeConstructor(options)).load(yaml);
        read.forEach((key, value) -> flatten(inFull(String.valueOf(key)), value, values));
        return values;
    }

    private static void flatten(String key, Object value, Map<String, String> into) {
        switch (value) {
            case Map<?, ?> map -> map.forEach((name, below) -> flatten(key + "." + name, below, into));
            case List<?> list -> {
                List<String> texts = new ArrayList<>();
                list.forEach(one -> texts.add(String.valueOf(one)));
                into.put(key, String.join(",", texts));
            }
            default -> into.put(key, String.valueOf(value));
        }
    }
}
