package io.sightline.http;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of an API key: not the key. Immutable.
 *
 * @param name whose it is; up to 64 letters, digits, dots, dashes and underscores
 * @param scopes words of {@link Scope}, one at least
 * @param sha256 of the key, as 64 lower-case hex digits
 * @param created when it was made
 * @param expires from when on it is refused, null for never
 */
public record ApiKey(
        String name,
        List<String> scopes,
        String sha256,
        Instant created,
        @Nullable Instant expires) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /**
     * Checks what was read.
     *
     * @throws IllegalArgumentException naming the key
     */
    public ApiKey {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the API key name '" + name + "' must be 1 to 64 letters, digits, dots, dashes or underscores");
        }
        if (sha256 == null || !SHA256.matcher(sha256).matches()) {
            throw new IllegalArgumentException(
                    "the API key '" + name + "' has no sha256 of 64 lower-case hex digits: create it again");
        }
        if (scopes == null || scopes.isEmpty()) {
            throw new IllegalArgumentException("the API key '" + name + "' has no scopes: give it some of " + words());
        }
        if (created == null) {
            throw new IllegalArgumentException("the API key '" + name + "' does not say when it was created");
        }
        scopes = List.copyOf(scopes);
        for (String scope : scopes) {
            if (Scope.ofWord(scope).isEmpty()) {
                throw new IllegalArgumentException(
                        "the API key '" + name + "' has the unknown scope '" + scope + "'; there are " + words());
            }
        }
    }

    /** Whether it is refused by now. */
    public boolean isExpired(Instant now) {
        return expires != null && !now.isBefore(expires);
    }

    Caller caller() {
        Set<Scope> granted = EnumSet.noneOf(Scope.class);
        scopes.forEach(word -> Scope.ofWord(word).ifPresent(granted::add));
        return new Caller(name, granted);
    }

    private static List<String> words() {
        return Scope.grantable().stream().map(Scope::word).toList();
    }
}
