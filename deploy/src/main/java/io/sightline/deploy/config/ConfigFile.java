package io.sightline.deploy.config;

import io.smallrye.config.source.yaml.YamlConfigSource;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A file of settings, YAML or properties by its ending. */
final class ConfigFile {

    private static final int ANY_ORDINAL = 100;
    private static final Pattern INDEXED = Pattern.compile("(.*)\\[(\\d+)]");

    private ConfigFile() {}

    /** What it sets, by key. What is wrong with the file as a whole is added to the problems, and nothing is set. */
    static Map<String, RawValue> read(Path file, String named, List<Problem> problems) {
        try {
            Map<String, RawValue> values = new HashMap<>();
            joined(parsed(file)).forEach((key, value) -> values.put(key, new RawValue(value, "file " + file)));
            return values;
        } catch (NoSuchFileException e) {
            problems.add(new Problem(named, file.toString(), null, "there is no such file"));
        } catch (IOException e) {
            problems.add(new Problem(named, file.toString(), null, "the file cannot be read: " + e.getMessage()));
        } catch (IllegalArgumentException e) {
            problems.add(new Problem(named, file.toString(), null, String.valueOf(e.getMessage())));
        }
        return Map.of();
    }

    private static Map<String, String> parsed(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        String text = Files.readString(file, StandardCharsets.UTF_8);
        if (name.endsWith(".properties")) {
            Properties properties = new Properties();
            properties.load(new StringReader(text));
            Map<String, String> values = new HashMap<>();
            properties.stringPropertyNames().forEach(key -> values.put(key, properties.getProperty(key)));
            return values;
        }
        if (name.endsWith(".yaml") || name.endsWith(".yml")) {
            return yaml(text);
        }
        throw new IllegalArgumentException("its name must end in .yaml, .yml or .properties");
    }

    private static Map<String, String> yaml(String text) {
        try {
            return text.isBlank() ? Map.of() : new YamlConfigSource("file", text, ANY_ORDINAL).getProperties();
        } catch (RuntimeException e) {
            // The parser's own message shows the line, which may hold a secret.
            Matcher line = Pattern.compile("line (\\d+)").matcher(String.valueOf(e.getMessage()));
            throw new IllegalArgumentException(
                    "it is no YAML" + (line.find() ? ": look at line " + line.group(1) : ""), e);
        }
    }

    /** A list has a key for each of its elements: they become one value with commas. */
    private static Map<String, String> joined(Map<String, String> values) {
        Map<String, String> joined = new HashMap<>();
        Map<String, Map<Integer, String>> lists = new HashMap<>();
        values.forEach((key, value) -> {
            Matcher indexed = INDEXED.matcher(key);
            if (indexed.matches()) {
                lists.computeIfAbsent(indexed.group(1), list -> new TreeMap<>())
                        .put(Integer.valueOf(indexed.group(2)), value.replace(",", "\\,"));
            } else {
                joined.put(key.replace("\"", ""), value);
            }
        });
        lists.forEach((key, list) -> joined.put(key.replace("\"", ""), String.join(",", list.values())));
        return joined;
    }
}
