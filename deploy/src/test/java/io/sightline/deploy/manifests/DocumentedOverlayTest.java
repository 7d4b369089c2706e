package io.sightline.deploy.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The overlay that deployment.md tells readers to make. */
class DocumentedOverlayTest {

    private static final String FENCE = "```\n";

    @TempDir
    Path copy;

    @Test
    void shouldRenderToWhatItSays() throws IOException {
        Kubectl kubectl = Kubectl.find().orElse(null);
        assumeTrue(kubectl != null, "there is no kubectl to render the overlay of deployment.md");
        copy(Yaml.deploy("kubernetes"), copy);
        Path mine = Files.createDirectory(copy.resolve("overlays/mine"));
        Files.writeString(mine.resolve("kustomization.yaml"), documented());
        Files.copy(copy.resolve("base/sightline.yaml"), mine.resolve("sightline.yaml"));

        List<JsonNode> rendered = Yaml.documents(kubectl.render(mine));

        assertThat(of(rendered, "ConfigMap", "sightline-connections")
                        .at("/data/bootstrap-servers")
                        .asText())
                .isEqualTo("BOOTSTRAP.kafka.svc:9092");
        for (String name : List.of("sightline-models", "sightline-payloads")) {
            assertThat(of(rendered, "PersistentVolumeClaim", name)
                            .at("/spec/storageClassName")
                            .asText())
                    .isEqualTo("a-class-for-many-nodes");
        }
        for (String name : List.of("sightline-embedder", "sightline-trainer", "sightline-indexer")) {
            assertThat(of(rendered, "StatefulSet", name)
                            .at("/spec/template/spec/containers/0/image")
                            .asText())
                    .startsWith("REGISTRY/sightline:");
        }
    }

    private static String documented() throws IOException {
        return Stream.of(Files.readString(Yaml.deploy("docs", "deployment.md")).split(FENCE, -1))
                .filter(block -> block.startsWith("apiVersion: kustomize"))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode of(List<JsonNode> resources, String kind, String name) {
        return resources.stream()
                .filter(resource -> resource.path("kind").asText().equals(kind)
                        && resource.at("/metadata/name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no " + kind + " " + name));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
