package io.sightline.deploy.config;

import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a method of a concern takes.
 *
 * @param element type of one value
 * @param container {@code List}, {@code Set} or {@code Map} of them, null for one
 * @param range of a number, null if any may be given
 */
record SettingType(
        Class<?> element,
        @Nullable Class<?> container,
        @Nullable Between range) {

    static SettingType of(Method method) {
        Between range = method.getAnnotation(Between.class);
        Type type = method.getGenericReturnType();
        if (type instanceof ParameterizedType parameterized && parameterized.getRawType() == Optional.class) {
            type = parameterized.getActualTypeArguments()[0];
        }
        if (type instanceof ParameterizedType parameterized) {
            Class<?> raw = (Class<?>) parameterized.getRawType();
            Type[] arguments = parameterized.getActualTypeArguments();
            if (raw != List.class && raw != Set.class && raw != Map.class) {
                throw new IllegalArgumentException(method + " cannot be a setting: " + type);
            }
            return new SettingType((Class<?>) arguments[arguments.length - 1], raw, range);
        }
        return new SettingType((Class<?>) type, null, range);
    }

    String name() {
        return Conversions.name(element);
    }

    List<String> choices() {
        return Conversions.choices(element);
    }

    /** Empty if any text may be given. */
    String allowed() {
        if (range == null) {
            return Conversions.allowed(element);
        }
        String least = (range.above() ? "above " : "") + number(range.least());
        if (range.most() == Double.MAX_VALUE) {
            return Conversions.allowed(element) + (range.above() ? ", " + least : ", " + least + " or more");
        }
        return Conversions.allowed(element)
                + (range.above() ? ", " + least + " and up to " : " from " + least + " to ")
                + number(range.most());
    }

    Optional<String> wrong(String value) {
        try {
            for (String one : container == null || container == Map.class ? List.of(value) : elements(value)) {
                Object converted = Conversions.convert(element, one);
                if (range != null && converted instanceof Number number && !isInside(number.doubleValue(), range)) {
                    return Optional.of("must be " + allowed());
                }
            }
            return Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.of("must be " + allowed());
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static List<String> elements(String value) {
        return List.of(value.split("(?<!\\\\),", -1));
    }

    private static boolean isInside(double value, Between range) {
        return (range.above() ? value > range.least() : value >= range.least()) && value <= range.most();
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.format(Locale.ROOT, "%d", (long) value) : String.valueOf(value);
    }
}
