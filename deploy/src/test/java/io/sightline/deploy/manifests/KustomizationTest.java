package io.sightline.deploy.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the folders of deploy/kubernetes say about each other. */
class KustomizationTest {

    /** What is used here of what Kustomize knows; a misspelt field would be ignored by some of its versions. */
    private static final Set<String> FIELDS = Set.of(
            "apiVersion", "kind", "namespace", "resources", "components", "patches", "images", "configMapGenerator");

    private static final Set<String> OPERATIONS = Set.of("add", "remove", "replace");

    static List<Kustomization> all() {
        return Kustomization.all();
    }

    /** What can be applied: examples are overlays of overlays. */
    static List<Kustomization> overlays() {
        return all().stream()
                .filter(one ->
                        one.toString().startsWith("overlays") || one.toString().startsWith("examples"))
                .toList();
    }

    @Test
    void shouldHaveOverlaysForCpuAndGpu() {
        assertThat(overlays()).extracting(Kustomization::toString).contains("overlays/cpu", "overlays/gpu");
    }

    @ParameterizedTest
    @MethodSource("all")
    void shouldListFilesThatExistAndNoneTooFew(Kustomization one) throws IOException {
        assertThat(one.file().fieldNames()).toIterable().isSubsetOf(FIELDS);
        assertThat(one.listed())
                .isNotEmpty()
                .allSatisfy(path -> assertThat(path).exists());
        try (Stream<Path> files = Files.list(one.folder())) {
            assertThat(files.filter(path -> !path.endsWith("kustomization.yaml")))
                    .as("files that nothing lists")
                    .isSubsetOf(one.listed());
        }
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void shouldPatchWhatIsThere(Kustomization overlay) {
        assertThatPatchesFit(overlay, overlay.resources());
    }

    private static void assertThatPatchesFit(Kustomization one, List<JsonNode> resources) {
        for (JsonNode patch : one.file().path("patches")) {
            for (JsonNode change :
                    changes(one.folder().resolve(patch.path("path").asText()))) {
                if (change.has("op")) {
                    assertThat(change.path("op").asText()).isIn(OPERATIONS);
                    assertThat(change.path("path").asText()).startsWith("/spec/");
                    assertThat(resources)
                            .as("%s: target %s", one, patch.path("target"))
                            .anyMatch(resource -> isMeant(patch.path("target"), resource));
                } else {
                    assertThat(StrictModel.unknownFields(change))
                            .as("%s: %s", one, patch)
                            .isEmpty();
                    assertThat(resources).as("%s: %s", one, patch).anyMatch(resource -> isSame(change, resource));
                }
            }
        }
        for (String component : Yaml.texts(one.file().path("components"))) {
            assertThatPatchesFit(
                    Kustomization.in(one.folder().resolve(component).normalize()), resources);
        }
        for (String included : Yaml.texts(one.file().path("resources"))) {
            Path path = one.folder().resolve(included).normalize();
            if (Files.isDirectory(path)) {
                assertThatPatchesFit(Kustomization.in(path), resources);
            }
        }
    }

    private static List<JsonNode> changes(Path file) {
        return Yaml.documents(file).stream()
                .flatMap(document -> document.isArray() ? document.valueStream() : Stream.of(document))
                .toList();
    }

    private static boolean isMeant(JsonNode target, JsonNode resource) {
        String selector = target.path("labelSelector").asText();
        String[] label = selector.isEmpty() ? new String[0] : selector.split("=", -1);
        return target.path("kind").asText().equals(resource.path("kind").asText())
                && (!target.has("name") || target.path("name").equals(resource.at("/metadata/name")))
                && (label.length == 0
                        || resource.at("/metadata/labels")
                                .path(label[0])
                                .asText()
                                .equals(label[1]));
    }

    private static boolean isSame(JsonNode change, JsonNode resource) {
        return change.path("kind").equals(resource.path("kind"))
                && change.at("/metadata/name").equals(resource.at("/metadata/name"))
                && containers(resource).containsAll(containers(change));
    }

    /** A patch for a container of another name would add one. */
    private static Set<String> containers(JsonNode resource) {
        return resource.at("/spec/template/spec/containers")
                .valueStream()
                .map(container -> container.path("name").asText())
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void shouldGiveEachImageATagOfThisVersion(Kustomization overlay) {
        String version = Images.version();
        overlay.file().path("images").forEach(image -> {
            assertThat(image.path("newTag").asText()).isIn(version + "-cpu", version + "-gpu");
            assertThat(overlay.resources())
                    .anyMatch(resource -> resource.at("/spec/template/spec/containers")
                            .valueStream()
                            .anyMatch(container -> container.path("image").equals(image.path("name"))));
        });
    }
}
