package io.sightline.deploy.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Where values come from, the highest first: command line, properties of the JVM, environment, file, preset. Immutable.
 *
 * @param commandLine by key, with the option in the origin
 * @param properties of the JVM
 * @param environment variables
 * @param file given on the command line, null for what {@code SIGHTLINE_CONFIG} names, if anything
 * @param preset by key: what counts in place of the defaults
 */
public record Sources(
        Map<String, Given> commandLine,
        Properties properties,
        Map<String, String> environment,
        @Nullable Path file,
        Map<String, Given> preset) {

    /** The variable that names a file. */
    public static final String FILE_VARIABLE = "SIGHTLINE_CONFIG";

    /**
     * A value and the place that it was given at.
     *
     * @param text not converted yet
     * @param origin for instance {@code command line, --max-batch}
     */
    public record Given(String text, String origin) {

        /** It may be a secret. */
        @Override
        public String toString() {
            return origin;
        }
    }

    /** Nothing but a command line. */
    public static Sources only(Map<String, Given> commandLine) {
        return new Sources(commandLine, new Properties(), Map.of(), null, Map.of());
    }

    /** All of this process. */
    public static Sources ofProcess(Map<String, Given> commandLine, @Nullable Path file, Map<String, Given> preset) {
        return new Sources(commandLine, System.getProperties(), System.getenv(), file, preset);
    }

    static Map<String, RawValue> raw(Map<String, Given> given) {
        Map<String, RawValue> values = new HashMap<>();
        given.forEach((key, value) -> values.put(key, new RawValue(value.text(), value.origin())));
        return values;
    }
}
