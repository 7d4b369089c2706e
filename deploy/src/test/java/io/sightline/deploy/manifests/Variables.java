package io.sightline.deploy.manifests;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Environment variables. */
final class Variables {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\(([A-Z_]+)\\)");

    /** Of the JVM, of TensorFlow, of Amazon's tools, the one that names the configuration, and a key of it. */
    private static final Set<String> KNOWN = Set.of(
            "BOOTSTRAP_SERVERS",
            "SCHEMA_REGISTRY",
            "PAYLOADS",
            "JDK_JAVA_OPTIONS",
            "AWS_REGION",
            "SIGHTLINE_CONFIG",
            "SIGHTLINE_LIMITS_REQUESTS_AT_ONCE");

    private Variables() {}

    /** Names that Kubernetes replaces in arguments. */
    static Set<String> in(List<String> arguments) {
        Set<String> names = new HashSet<>();
        for (String argument : arguments) {
            Matcher matcher = REFERENCE.matcher(argument);
            while (matcher.find()) {
                names.add(matcher.group(1));
            }
        }
        return names;
    }

    /** Whether somebody reads it. */
    static boolean isKnown(String name) {
        return KNOWN.contains(name);
    }
}
