package io.sightline.deploy.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Resources that are applied together.
 *
 * @param name for messages
 * @param documents as they are written
 */
record ResourceSet(String name, List<JsonNode> documents) {

    /** Rendered once. */
    private static final class Rendered {
        private static final List<ResourceSet> ALL = render();
    }

    /** The base as it is, and where there is a kubectl, every overlay as that renders it. */
    static List<ResourceSet> all() {
        return Rendered.ALL;
    }

    private static List<ResourceSet> render() {
        ResourceSet base = new ResourceSet(
                "base", Kustomization.in(Yaml.deploy("kubernetes", "base")).resources());
        return Stream.concat(
                        Stream.of(base),
                        Kubectl.find().stream()
                                .flatMap(kubectl -> KustomizationTest.overlays().stream()
                                        .map(overlay -> new ResourceSet(
                                                overlay.toString(), Yaml.documents(kubectl.render(overlay.folder()))))))
                .toList();
    }

    List<HasMetadata> resources() {
        return documents.stream().map(StrictModel::read).toList();
    }

    <T extends HasMetadata> List<T> of(Class<T> type) {
        return resources().stream().filter(type::isInstance).map(type::cast).toList();
    }

    List<Workload> workloads() {
        return resources().stream().map(Workload::of).flatMap(Optional::stream).toList();
    }

    /** Documents of a kind that the model does not have. */
    List<JsonNode> custom(String kind) {
        return documents.stream()
                .filter(document -> document.path("kind").asText().equals(kind))
                .toList();
    }

    /** Names of this kind that the set has, or makes, or that secrets.example.yaml says come from elsewhere. */
    Set<String> names(String kind) {
        Set<String> names = new HashSet<>();
        Stream.concat(documents.stream(), Yaml.documents(Yaml.deploy("kubernetes", "secrets.example.yaml")).stream())
                .filter(document -> document.path("kind").asText().equals(kind))
                .forEach(document -> names.add(document.at("/metadata/name").asText()));
        if (kind.equals("ConfigMap") && name.equals("base")) {
            Kustomization.in(Yaml.deploy("kubernetes", "base"))
                    .file()
                    .path("configMapGenerator")
                    .forEach(generated -> names.add(generated.path("name").asText()));
        }
        return names;
    }

    @Override
    public String toString() {
        return name;
    }
}
