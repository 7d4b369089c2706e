package io.sightline.deploy.config;

import org.jspecify.annotations.Nullable;

/**
 * What counts for one key. Immutable.
 *
 * @param setting what the key is
 * @param key the key; longer than the setting's where that is free
 * @param shown the value as it may be shown, null if there is none
 * @param origin where it came from
 */
public record Effective(
        Setting setting, String key, @Nullable String shown, String origin) {}
