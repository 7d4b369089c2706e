package io.sightline.deploy.config;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Settings in variables of the environment: {@code SIGHTLINE_LANES_MAX_BATCH}. */
final class Environment {

    private static final String PREFIX = "SIGHTLINE_";

    /** What Kubernetes sets for each service of a namespace, for instance SIGHTLINE_HTTP_PORT_80_TCP_ADDR. */
    private static final Pattern OF_KUBERNETES =
            Pattern.compile("SIGHTLINE_.*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT_\\d+_(TCP|UDP|SCTP)(_.*)?)");

    private static final Pattern ADDRESS_OF_KUBERNETES = Pattern.compile("(tcp|udp|sctp)://.*");

    private Environment() {}

    static String variable(String key) {
        return key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    /**
     * What is set, by key. A variable that sets nothing, though it is named after a concern, stands by a key made of
     * its name, so that it is found to be unknown.
     */
    static Map<String, RawValue> read(Map<String, String> environment, List<Concern> concerns) {
        Map<String, String> keys = keys(concerns);
        Map<String, RawValue> values = new HashMap<>();
        environment.forEach((variable, value) -> {
            if (variable.startsWith(PREFIX) && !value.isEmpty() && !isOfKubernetes(variable, value)) {
                String key = keys.containsKey(variable) ? keys.get(variable) : otherKey(variable, concerns);
                if (!key.isEmpty()) {
                    values.put(key, new RawValue(value, "environment variable " + variable));
                }
            }
        });
        return values;
    }

    private static boolean isOfKubernetes(String variable, String value) {
        return OF_KUBERNETES.matcher(variable).matches()
                || (variable.endsWith("_PORT")
                        && ADDRESS_OF_KUBERNETES.matcher(value).matches());
    }

    private static Map<String, String> keys(List<Concern> concerns) {
        Map<String, String> keys = new HashMap<>();
        for (Concern concern : concerns) {
            for (Setting setting : concern.settings()) {
                keys.put(setting.variable(), setting.key());
                if (setting.kind() == Setting.Kind.SECRET) {
                    keys.put(setting.variable() + "_FILE", setting.key() + Setting.FILE);
                }
            }
        }
        return keys;
    }

    /** Empty for a variable that is not ours, for instance SIGHTLINE_HEAP. */
    private static String otherKey(String variable, List<Concern> concerns) {
        for (Concern concern : concerns) {
            for (Setting setting : concern.settings()) {
                if (setting.kind() == Setting.Kind.FREE && variable.startsWith(setting.variable() + "_")) {
                    return setting.key() + "."
                            + freeName(variable.substring(setting.variable().length() + 1));
                }
            }
        }
        return concerns.stream()
                .filter(concern -> variable.startsWith(variable(concern.prefix()) + "_"))
                .findFirst()
                .map(concern -> concern.prefix() + "."
                        + variable.substring(concern.prefix().length() + 1)
                                .toLowerCase(Locale.ROOT)
                                .replace('_', '-'))
                .orElse("");
    }

    private static String freeName(String rest) {
        String name = rest.toLowerCase(Locale.ROOT).replace('_', '.');
        return name.endsWith(".file") ? name.substring(0, name.length() - ".file".length()) + Setting.FILE : name;
    }
}
