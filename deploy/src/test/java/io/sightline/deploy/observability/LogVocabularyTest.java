package io.sightline.deploy.observability;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.schemas.LogKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LogVocabularyTest {

    private static final Pattern KEY = Pattern.compile("addKeyValue\\(\\s*([^,]+?)\\s*,");

    @Test
    void shouldUseKeysOfTheVocabularyOnly() throws Exception {
        Map<String, String> vocabulary = vocabulary();
        List<String> used = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Observability.root())) {
            for (Path file : files.filter(LogVocabularyTest::isMainSource)
                    .filter(file -> !file.endsWith("AuditLog.java"))
                    .toList()) {
                Matcher key = KEY.matcher(Files.readString(file));
                while (key.find()) {
                    used.add(key.group(1));
                }
            }
        }

        assertThat(used).hasSizeGreaterThan(20);
        assertThat(used).allSatisfy(key -> assertThat(vocabulary).containsKey(key.replaceFirst("^LogKeys\\.", "")));
        assertThat(used).allSatisfy(key -> assertThat(key).startsWith("LogKeys."));
    }

    @Test
    void shouldDescribeTheVocabulary() throws Exception {
        String page = Observability.page("observability.md");

        assertThat(vocabulary().values()).allSatisfy(key -> assertThat(page).contains("| `" + key + "` |"));
    }

    @Test
    void shouldWriteOneObjectALineForContainers() throws Exception {
        String line = written(context -> {
            context.getMDCAdapter().put("trace_id", "0af7651916cd43dd8448eb211c80319c");
            context.getMDCAdapter().put("other", "is not shown");
            context.getLogger("io.sightline.Somewhere")
                    .atError()
                    .addKeyValue(LogKeys.IMAGE_ID, "folder/\"a\"")
                    .addKeyValue(LogKeys.PARTITION, 3)
                    .addKeyValue(LogKeys.VERSION, "v2")
                    .setCause(new IOException("broken"))
                    .log("two lines\nof {}", "text");
        });

        assertThat(line.strip()).doesNotContain("\n");
        JsonNode json = new ObjectMapper().readTree(line);
        assertThat(json.path("message").asText()).isEqualTo("two lines\nof text");
        assertThat(json.path("level").asText()).isEqualTo("ERROR");
        assertThat(json.path("logger").asText()).isEqualTo("io.sightline.Somewhere");
        assertThat(json.path("thread").asText()).isNotBlank();
        assertThat(json.path("timestamp").asText()).matches("20\\d\\d-\\d\\d-\\d\\dT.*Z");
        assertThat(json.path("service").asText()).isEqualTo("ingest");
        assertThat(json.path("image_id").asText()).isEqualTo("folder/\"a\"");
        assertThat(json.path("partition").asInt()).isEqualTo(3);
        assertThat(json.path("version").asText()).isEqualTo("v2");
        assertThat(json.path("trace_id").asText()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(json.path("stack_trace").asText()).contains("IOException: broken");
        assertThat(json.has("other")).isFalse();
        assertThat(json.has("@version")).isFalse();
    }

    private interface Logging {
        void log(LoggerContext context);
    }

    private static String written(Logging logging) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream before = System.err;
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        context.putProperty("sightline.log.format", "json");
        context.putProperty("sightline.service", "ingest");
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        try (PrintStream captured = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            System.setErr(captured);
            configurator.doConfigure(LogVocabularyTest.class.getResource("/logback.xml"));
            logging.log(context);
        } finally {
            context.stop();
            System.setErr(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static Map<String, String> vocabulary() throws IllegalAccessException {
        Map<String, String> keys = new TreeMap<>();
        for (Field field : LogKeys.class.getFields()) {
            keys.put(field.getName(), (String) field.get(null));
        }
        return keys;
    }

    private static boolean isMainSource(Path file) {
        return file.toString().endsWith(".java") && file.toString().contains("src/main/java");
    }
}
