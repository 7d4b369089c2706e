package io.sightline.deploy.config;

import io.sightline.embedder.runtime.ComputeDevice;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Text to what settings are of. The same conversions check values and fill the interfaces. */
final class Conversions {

    private static final int PRIORITY = 1000;

    /**
     * A type.
     *
     * @param name what a value is called
     * @param allowed what may be given
     * @param from throws an IllegalArgumentException that says what is wrong, or a NumberFormatException
     */
    private record Conversion<T>(Class<T> type, String name, String allowed, Function<String, T> from) {
        /** An empty text is what SmallRye has where nothing is given. */
        void addTo(SmallRyeConfigBuilder builder) {
            builder.withConverter(type, PRIORITY, text -> text.isEmpty() ? null : from.apply(text));
        }
    }

    private static final Map<Class<?>, Conversion<?>> ALL = Map.ofEntries(
            entry(Integer.class, "N", "a whole number", Integer::valueOf),
            entry(Short.class, "N", "a whole number", Short::valueOf),
            entry(Long.class, "N", "a whole number", Long::valueOf),
            entry(Double.class, "NUMBER", "a number", Double::valueOf),
            entry(Boolean.class, "BOOLEAN", "true or false", Conversions::truth),
            entry(String.class, "TEXT", "", text -> text),
            entry(Duration.class, "DURATION", "a duration in ISO-8601, for instance PT30S", Conversions::duration),
            entry(Path.class, "FILE", "", Conversions::path),
            entry(URI.class, "URL", "an address", Conversions::address),
            entry(Secret.class, "SECRET", "", Secret::new),
            entry(ComputeDevice.class, "DEVICE", "auto, cpu or gpu:N", ComputeDevice::parse));

    private Conversions() {}

    private static <T> Map.Entry<Class<?>, Conversion<?>> entry(
            Class<T> type, String name, String allowed, Function<String, T> from) {
        return Map.entry(type, new Conversion<>(type, name, allowed, from));
    }

    /** Teaches a builder all conversions, and those of the given choices. */
    static SmallRyeConfigBuilder addTo(SmallRyeConfigBuilder builder, List<Class<?>> choices) {
        ALL.values().forEach(conversion -> conversion.addTo(builder));
        choices.forEach(type -> choice(type).addTo(builder));
        return builder;
    }

    static String name(Class<?> type) {
        return of(type).name();
    }

    static String allowed(Class<?> type) {
        return of(type).allowed();
    }

    /** The words of a choice, empty if it is none. */
    static List<String> choices(Class<?> type) {
        return type.isEnum()
                ? Arrays.stream(type.getEnumConstants()).map(Conversions::word).toList()
                : List.of();
    }

    static Object convert(Class<?> type, String text) {
        return of(type).from().apply(text.strip());
    }

    private static Conversion<?> of(Class<?> type) {
        if (type.isEnum()) {
            return choice(type);
        }
        Conversion<?> conversion = ALL.get(boxed(type));
        if (conversion == null) {
            throw new IllegalStateException("there are no settings of " + type);
        }
        return conversion;
    }

    private static Class<?> boxed(Class<?> type) {
        return java.lang.invoke.MethodType.methodType(type).wrap().returnType();
    }

    private static <T> Conversion<T> choice(Class<T> type) {
        String words = String.join(", ", choices(type));
        return new Conversion<>(type, "NAME", "one of " + words, text -> {
            String word = text.toLowerCase(Locale.ROOT).replace('_', '-');
            return Arrays.stream(type.getEnumConstants())
                    .filter(constant -> word(constant).equals(word))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("must be one of " + words));
        });
    }

    private static String word(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Boolean truth(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("must be " + allowed(Duration.class), e);
        }
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("must be the name of a file: " + e.getReason(), e);
        }
    }

    private static URI address(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("must be an address, for instance https://host:9200", e);
        }
    }
}
