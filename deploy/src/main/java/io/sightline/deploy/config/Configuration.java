package io.sightline.deploy.config;

import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What all sources together say of some concerns. Problems are gathered, and told all at once by
 * {@link #requireSound()}; before that nothing should be taken from it. Not thread-safe.
 */
public final class Configuration {

    private final List<Class<?>> types;
    private final Map<String, RawValue> effective;
    private final List<Concern> used;
    private final List<Problem> problems;
    private @Nullable SmallRyeConfig mapped;

    private Configuration(
            List<Class<?>> types, List<Concern> used, Map<String, RawValue> effective, List<Problem> problems) {
        this.types = types;
        this.used = used;
        this.effective = effective;
        this.problems = problems;
    }

    /**
     * Reads all sources.
     *
     * @param types the concerns that are used, as interfaces: their values are checked
     * @param others concerns that are used and are no interfaces
     * @param all every concern there is: other keys are not known
     */
    public static Configuration read(Sources sources, List<Class<?>> types, List<Concern> others, List<Concern> all) {
        List<Problem> problems = new ArrayList<>();
        List<Concern> used = new ArrayList<>(types.stream().map(Concern::of).toList());
        used.addAll(others);
        List<Setting> settings =
                used.stream().flatMap(concern -> concern.settings().stream()).toList();
        Map<String, RawValue> effective = new LayeredSources(sources, all, problems).effective(settings);
        Configuration configuration = new Configuration(List.copyOf(types), used, effective, problems);
        settings.forEach(configuration::check);
        return configuration;
    }

    private void check(Setting setting) {
        RawValue value = effective.get(setting.key());
        if (value != null) {
            setting.check()
                    .wrong(value.text())
                    .ifPresent(wrong -> problems.add(new Problem(
                            setting.key(),
                            Redaction.shown(setting, setting.key(), value.text()),
                            value.origin(),
                            wrong)));
        }
    }

    /** Whether all that was given for a concern can be taken. */
    private boolean isSound(Class<?> type) {
        String prefix = Concern.of(type).prefix() + ".";
        return problems.stream().noneMatch(problem -> problem.key().startsWith(prefix));
    }

    /** Adds a problem if nothing gives a value for a key that a command cannot do without. */
    public void require(String key) {
        if (!effective.containsKey(key)) {
            Setting setting = used.stream()
                    .flatMap(concern -> concern.settings().stream())
                    .filter(one -> one.key().equals(key))
                    .findFirst()
                    .orElseThrow();
            problems.add(new Problem(
                    key,
                    "it is missing: give "
                            + (setting.option() == null ? "" : setting.option().name() + ", ")
                            + "the variable " + setting.variable() + ", or the key in a file by --config"));
        }
    }

    /**
     * Tries what is made of concerns, if each of them is sound by itself, and adds what it refuses to the problems.
     *
     * @param key stands for what does not go together
     * @param made throws an IllegalArgumentException that says what is wrong
     */
    public void attempt(String key, List<Class<?>> concerns, Consumer<Configuration> made) {
        if (concerns.stream().allMatch(type -> types.contains(type) && isSound(type))) {
            try {
                made.accept(this);
            } catch (IllegalArgumentException e) {
                problems.add(new Problem(key, Redaction.withoutUserInfo(String.valueOf(e.getMessage()))));
            }
        }
    }

    /** All problems so far. */
    public List<Problem> problems() {
        return List.copyOf(problems);
    }

    /**
     * Ends the reading.
     *
     * @throws InvalidConfigurationException with all problems, if there are any
     */
    public void requireSound() {
        if (!problems.isEmpty()) {
            throw new InvalidConfigurationException(problems);
        }
    }

    /** The values of a concern. */
    public <T> T get(Class<T> type) {
        if (mapped == null) {
            mapped = map();
        }
        return mapped.getConfigMapping(type);
    }

    /** The value of a key as it was given, empty if nothing gives one. */
    public Optional<String> text(String key) {
        return Optional.ofNullable(effective.get(key)).map(RawValue::text);
    }

    /** All that counts, by key, as it may be shown. */
    public List<Effective> shown() {
        Map<String, Effective> shown = new TreeMap<>();
        for (Concern concern : used) {
            for (Setting setting : concern.settings()) {
                shown.putAll(shown(setting));
            }
        }
        return List.copyOf(shown.values());
    }

    private Map<String, Effective> shown(Setting setting) {
        Map<String, Effective> shown = new HashMap<>();
        if (setting.kind() != Setting.Kind.FREE && !effective.containsKey(setting.key())) {
            shown.put(setting.key(), new Effective(setting, setting.key(), setting.otherwise(), "default"));
        }
        effective.forEach((key, value) -> {
            if (setting.takes(key)) {
                shown.put(
                        key, new Effective(setting, key, Redaction.shown(setting, key, value.text()), value.origin()));
            }
        });
        return shown;
    }

    /** Only what is sound: the rest is told by requireSound. */
    private SmallRyeConfig map() {
        List<Class<?>> sound = types.stream().filter(this::isSound).toList();
        SmallRyeConfigBuilder builder = Conversions.addTo(new SmallRyeConfigBuilder(), choices(sound))
                .withValidateUnknown(false)
                .withSources(LayeredSources.flattened(effective, used));
        sound.forEach(builder::withMapping);
        return builder.build();
    }

    private static List<Class<?>> choices(List<Class<?>> types) {
        List<Class<?>> choices = new ArrayList<>();
        for (Class<?> type : types) {
            Arrays.stream(type.getDeclaredMethods())
                    .filter(method -> !Modifier.isStatic(method.getModifiers()))
                    .map(method -> SettingType.of(method).element())
                    .filter(Class::isEnum)
                    .forEach(choices::add);
        }
        return choices;
    }
}
