package io.sightline.deploy.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The Compose file.
 *
 * @param file its content, anchors and merges resolved
 */
record Compose(JsonNode file) {

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{[A-Z_]+:-([^}]*)}");

    static Compose read() {
        return new Compose(Yaml.document(Yaml.deploy("compose", "compose.yaml")));
    }

    static Path folder() {
        return Yaml.deploy("compose");
    }

    /** With the defaults of its variables filled in. */
    static String resolved(String text) {
        return VARIABLE.matcher(text).replaceAll("$1");
    }

    List<String> services() {
        return names("services");
    }

    /** Those that run our image. */
    List<String> ours() {
        return services().stream()
                .filter(name -> resolved(service(name).path("image").asText()).startsWith(Images.name() + ":"))
                .toList();
    }

    JsonNode service(String name) {
        return file.path("services").path(name);
    }

    List<String> command(String name) {
        return Yaml.texts(service(name).path("command"));
    }

    /** Names of a top-level section. */
    List<String> names(String section) {
        return file.path(section).propertyStream().map(entry -> entry.getKey()).toList();
    }

    /** Mounts of a service as SOURCE:TARGET[:MODE], variables resolved. */
    Stream<String[]> mounts(String name) {
        return Yaml.texts(service(name).path("volumes")).stream()
                .map(mount -> resolved(mount).split(":", -1));
    }
}
