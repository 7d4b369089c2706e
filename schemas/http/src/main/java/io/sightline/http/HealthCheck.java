package io.sightline.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What a look at one thing found that a service needs. Immutable.
 *
 * @param name of the thing, for instance {@code catalog}
 * @param passed whether it is as it has to be
 * @param problem stable word for what is wrong, null if it passed
 * @param detail what was seen and, unless it passed, what to do
 */
public record HealthCheck(
        String name,
        boolean passed,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String problem,
        String detail) {

    /** It is as it has to be. */
    public static HealthCheck passed(String name, String detail) {
        return new HealthCheck(name, true, null, detail);
    }

    /** It is not. */
    public static HealthCheck failed(String name, String problem, String detail) {
        return new HealthCheck(name, false, problem, detail);
    }

    /** One or the other. */
    public static HealthCheck of(boolean passed, String name, String good, String problem, String bad) {
        return passed ? passed(name, good) : failed(name, problem, bad);
    }
}
