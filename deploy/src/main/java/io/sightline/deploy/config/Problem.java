package io.sightline.deploy.config;

import org.jspecify.annotations.Nullable;

/**
 * Something wrong with one setting. Immutable.
 *
 * @param key the setting, or a concern where several do not go together
 * @param shown its value as it may be shown, null if there is none
 * @param origin where the value came from, null if there is none
 * @param message what is wrong and what is allowed
 */
public record Problem(
        String key, @Nullable String shown, @Nullable String origin, String message) {

    /** Without a value. */
    public Problem(String key, String message) {
        this(key, null, null, message);
    }

    @Override
    public String toString() {
        return key + (shown == null ? "" : " = " + shown) + (origin == null ? "" : " (" + origin + ")") + ": "
                + message;
    }
}
