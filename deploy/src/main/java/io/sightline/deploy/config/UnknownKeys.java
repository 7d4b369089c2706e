package io.sightline.deploy.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Finds keys that set nothing. */
final class UnknownKeys {

    private static final String ROOT = "sightline";

    /** Of the launcher and the tests: not settings. */
    private static final Set<String> PROPERTIES = Set.of("sightline.registry.home", "sightline.opensearch.home");

    private final List<Concern> concerns;

    UnknownKeys(List<Concern> concerns) {
        this.concerns = concerns;
    }

    /** Of a file or the environment. Values are not told: a key may be a password's, misspelt. */
    List<Problem> find(Map<String, RawValue> source) {
        List<Problem> problems = new ArrayList<>();
        source.forEach((key, value) -> {
            if (isOurs(key) && settings().noneMatch(setting -> setting.takes(key))) {
                problems.add(new Problem(
                        key,
                        null,
                        value.origin(),
                        "there is no such setting"
                                + nearest(key)
                                        .map(other -> "; did you mean " + other + "?")
                                        .orElse("")));
            }
        });
        problems.sort(Comparator.comparing(Problem::key));
        return problems;
    }

    /** Whether a property of the JVM is meant as a setting: it begins as those of a concern. */
    boolean isSetting(String property) {
        return !PROPERTIES.contains(property)
                && concerns.stream().anyMatch(concern -> property.startsWith(concern.prefix() + "."));
    }

    private static boolean isOurs(String key) {
        String root = key.split("\\.", 2)[0];
        return !root.equals(key) && distance(root, ROOT) <= 2;
    }

    private Stream<Setting> settings() {
        return concerns.stream().flatMap(concern -> concern.settings().stream());
    }

    private Optional<String> nearest(String key) {
        return settings()
                .flatMap(setting -> setting.kind() == Setting.Kind.SECRET
                        ? Stream.of(setting.key(), setting.key() + Setting.FILE)
                        : Stream.of(setting.key()))
                .min(Comparator.comparingInt((String other) -> distance(key, other))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Levenshtein's: insertions, deletions and replacements, O(n m). */
    static int distance(String one, String other) {
        int[] above = new int[other.length() + 1];
        for (int column = 0; column <= other.length(); column++) {
            above[column] = column;
        }
        for (int row = 1; row <= one.length(); row++) {
            int[] here = new int[other.length() + 1];
            here[0] = row;
            for (int column = 1; column <= other.length(); column++) {
                int replaced = above[column - 1] + (one.charAt(row - 1) == other.charAt(column - 1) ? 0 : 1);
                here[column] = Math.min(replaced, 1 + Math.min(above[column], here[column - 1]));
            }
            above = here;
        }
        return above[other.length()];
    }
}
