package io.sightline.deploy.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings that belong together. Immutable.
 *
 * @param prefix of their keys, for instance {@code sightline.lanes}
 * @param doc what they are about
 * @param settings by their keys
 */
public record Concern(String prefix, String doc, List<Setting> settings) {

    /** Sorts the settings. */
    public Concern {
        settings = settings.stream().sorted(Comparator.comparing(Setting::key)).toList();
    }

    /**
     * That of an interface.
     *
     * @throws IllegalArgumentException if a method says too little of itself
     */
    public static Concern of(Class<?> type) {
        ConfigMapping mapping = type.getAnnotation(ConfigMapping.class);
        Doc doc = type.getAnnotation(Doc.class);
        if (mapping == null || doc == null) {
            throw new IllegalArgumentException(type.getName() + " needs @ConfigMapping and @Doc");
        }
        List<Setting> settings = Arrays.stream(type.getDeclaredMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic())
                .map(method -> setting(mapping.prefix(), method))
                .toList();
        return new Concern(mapping.prefix(), doc.value(), settings);
    }

    private static Setting setting(String prefix, Method method) {
        Doc doc = method.getAnnotation(Doc.class);
        if (doc == null) {
            throw new IllegalArgumentException(method + " needs @Doc");
        }
        WithDefault otherwise = method.getAnnotation(WithDefault.class);
        SettingType type = SettingType.of(method);
        return new Setting(
                prefix + "." + name(method),
                doc.value(),
                type.name(),
                otherwise == null ? null : otherwise.value(),
                doc.otherwise(),
                type.allowed(),
                type.choices(),
                kind(type),
                option(method, type),
                type::wrong);
    }

    private static Setting.Kind kind(SettingType type) {
        if (type.element() == Secret.class) {
            return Setting.Kind.SECRET;
        }
        if (type.container() == null) {
            return Setting.Kind.PLAIN;
        }
        return type.container() == Map.class ? Setting.Kind.FREE : Setting.Kind.LIST;
    }

    private static Setting.@Nullable Option option(Method method, SettingType type) {
        OnCommandLine given = method.getAnnotation(OnCommandLine.class);
        if (given == null) {
            return null;
        }
        return new Setting.Option(given.value(), given.label().isEmpty() ? type.name() : given.label(), given.file());
    }

    private static String name(Method method) {
        WithName name = method.getAnnotation(WithName.class);
        return name == null
                ? method.getName().replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT)
                : name.value();
    }
}
