package io.sightline.deploy.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One folder of Kustomize.
 *
 * @param folder where it is
 * @param file its kustomization.yaml
 */
record Kustomization(Path folder, JsonNode file) {

    private static final String NAME = "kustomization.yaml";

    static Kustomization in(Path folder) {
        return new Kustomization(folder, Yaml.document(folder.resolve(NAME)));
    }

    /** All below deploy/kubernetes. */
    static List<Kustomization> all() {
        try (Stream<Path> files = Files.walk(Yaml.deploy("kubernetes"))) {
            return files.filter(path -> path.endsWith(NAME))
                    .sorted()
                    .map(path -> in(path.resolveSibling("")))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("deploy/kubernetes cannot be read", e);
        }
    }

    /** Files and folders that it takes resources from, or changes with. */
    Set<Path> listed() {
        Set<Path> listed = new LinkedHashSet<>();
        Stream.of("resources", "components")
                .forEach(list -> Yaml.texts(file.path(list))
                        .forEach(item -> listed.add(folder.resolve(item).normalize())));
        file.path("patches")
                .forEach(patch ->
                        listed.add(folder.resolve(patch.path("path").asText()).normalize()));
        file.path("configMapGenerator")
                .forEach(generated -> Yaml.texts(generated.path("files"))
                        .forEach(item -> listed.add(folder.resolve(item).normalize())));
        return listed;
    }

    /** Resources of its own files, and of all that it includes, before any change. */
    List<JsonNode> resources() {
        List<JsonNode> resources = new ArrayList<>();
        Stream.of("resources", "components")
                .forEach(list -> Yaml.texts(file.path(list)).forEach(item -> {
                    Path path = folder.resolve(item).normalize();
                    resources.addAll(Files.isDirectory(path) ? in(path).resources() : Yaml.documents(path));
                }));
        return resources;
    }

    @Override
    public String toString() {
        return Yaml.deploy("kubernetes").relativize(folder).toString();
    }
}
