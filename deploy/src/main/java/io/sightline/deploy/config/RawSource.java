package io.sightline.deploy.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/** One of the places that values come from, as SmallRye reads it. Immutable. */
final class RawSource implements ConfigSource {

    private final String name;
    private final int ordinal;
    private final Map<String, String> values;

    /** A source that counts more than those with a lower ordinal. */
    RawSource(String name, int ordinal, Map<String, RawValue> values, List<Setting> settings) {
        this.name = name;
        this.ordinal = ordinal;
        Map<String, String> quoted = new HashMap<>();
        values.forEach((key, value) -> quoted.put(quoted(key, settings), value.text()));
        this.values = Map.copyOf(quoted);
    }

    /** SmallRye takes the rest of a key for one key of a map only in quotes. */
    private static String quoted(String key, List<Setting> settings) {
        return settings.stream()
                .filter(setting -> setting.kind() == Setting.Kind.FREE && setting.takes(key))
                .findFirst()
                .map(setting ->
                        setting.key() + ".\"" + key.substring(setting.key().length() + 1) + "\"")
                .orElse(key);
    }

    @Override
    public Set<String> getPropertyNames() {
        return values.keySet();
    }

    @Override
    public @Nullable String getValue(String key) {
        return values.get(key);
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public int getOrdinal() {
        return ordinal;
    }
}
