package io.sightline.deploy.config;

import io.smallrye.config.ConfigValue;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Lays the sources over each other: which value counts is SmallRye's decision, by their ordinals. */
final class LayeredSources {

    private static final int HIGHEST = 500;
    private static final int STEP = 100;

    private final List<Map<String, RawValue>> highestFirst;
    private final List<Setting> known;

    /** Reads the sources; unknown keys and unreadable files are added to the problems. */
    LayeredSources(Sources sources, List<Concern> all, List<Problem> problems) {
        UnknownKeys unknown = new UnknownKeys(all);
        this.known =
                all.stream().flatMap(concern -> concern.settings().stream()).toList();
        Map<String, RawValue> properties = properties(sources, unknown);
        Map<String, RawValue> environment = Environment.read(sources.environment(), all);
        Map<String, RawValue> file = file(sources, problems);
        List.of(properties, environment, file).forEach(source -> problems.addAll(unknown.find(source)));
        this.highestFirst = List.of(
                Sources.raw(sources.commandLine()), properties, environment, file, Sources.raw(sources.preset()));
        highestFirst.forEach(source -> SecretFiles.resolve(source, known, problems));
    }

    private static Map<String, RawValue> properties(Sources sources, UnknownKeys unknown) {
        Map<String, RawValue> values = new HashMap<>();
        for (String key : sources.properties().stringPropertyNames()) {
            if (unknown.isSetting(key)) {
                values.put(key, new RawValue(sources.properties().getProperty(key), "system property"));
            }
        }
        return values;
    }

    private static Map<String, RawValue> file(Sources sources, List<Problem> problems) {
        if (sources.file() != null) {
            return new HashMap<>(ConfigFile.read(sources.file(), "--config", problems));
        }
        String named = sources.environment().getOrDefault(Sources.FILE_VARIABLE, "");
        return named.isEmpty()
                ? new HashMap<>()
                : new HashMap<>(ConfigFile.read(Path.of(named), Sources.FILE_VARIABLE, problems));
    }

    /** What counts, by key without quotes, of some settings. */
    Map<String, RawValue> effective(List<Setting> settings) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder();
        List<ConfigSource> named = new ArrayList<>();
        for (int at = 0; at < highestFirst.size(); at++) {
            named.add(new RawSource(String.valueOf(at), HIGHEST - at * STEP, highestFirst.get(at), List.of()));
        }
        SmallRyeConfig config = builder.withSources(named).build();
        Map<String, RawValue> effective = new HashMap<>();
        for (String key : config.getPropertyNames()) {
            if (settings.stream().anyMatch(setting -> setting.takes(key))) {
                ConfigValue value = config.getConfigValue(key);
                RawValue raw = highestFirst
                        .get(Integer.parseInt(value.getConfigSourceName()))
                        .get(key);
                if (raw != null) {
                    effective.put(key, raw);
                }
            }
        }
        return effective;
    }

    /** One source of what counts. */
    static ConfigSource flattened(Map<String, RawValue> effective, List<Concern> used) {
        List<Setting> settings =
                used.stream().flatMap(concern -> concern.settings().stream()).toList();
        return new RawSource("effective", HIGHEST, effective, settings);
    }
}
