package io.sightline.deploy.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.sightline.deploy.cli.CommandLines;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The Job that upgrade.md tells readers to run before services are replaced. */
class TopicsJobTest {

    private static final Path FOLDER = Yaml.deploy("kubernetes", "examples", "topics");

    private static Job job() {
        JsonNode document = Yaml.document(FOLDER.resolve("job.yaml"));
        assertThat(StrictModel.unknownFields(document)).isEmpty();
        return (Job) StrictModel.read(document);
    }

    @Test
    void shouldRunACommandThatThereIs() {
        Container container = container(job());
        assertThat(container.getArgs()).startsWith("topics", "apply");
        assertThatCode(() -> CommandLines.parse(container.getArgs())).doesNotThrowAnyException();
        Set<String> named = container.getEnv().stream().map(EnvVar::getName).collect(Collectors.toSet());
        assertThat(Variables.in(container.getArgs())).isSubsetOf(named);
        assertThat(named).allMatch(Variables::isKnown);
    }

    @Test
    void shouldBeLetIntoARestrictedNamespace() {
        PodSpec pod = job().getSpec().getTemplate().getSpec();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        Container container = container(job());
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    }

    @Test
    void shouldReachBrokersAndRegistry() {
        Map<String, String> labels = job().getSpec().getTemplate().getMetadata().getLabels();
        ResourceSet base = ResourceSet.all().getFirst();
        assertThat(base.of(NetworkPolicy.class)).anySatisfy(policy -> {
            assertThat(policy.getMetadata().getName()).isEqualTo("names-brokers-and-registry");
            assertThat(labels)
                    .containsAllEntriesOf(policy.getSpec().getPodSelector().getMatchLabels());
        });
        // Or it would be taken for a pod of a service.
        assertThat(base.workloads())
                .noneMatch(workload -> labels.entrySet()
                        .containsAll(workload.selector().getMatchLabels().entrySet()));
    }

    @Test
    void shouldTakeImageAndSettingsFromTheOverlay() {
        Kubectl kubectl = Kubectl.find().orElse(null);
        assumeTrue(kubectl != null, "there is no kubectl to render the example");
        List<JsonNode> rendered = Yaml.documents(kubectl.render(FOLDER));
        JsonNode pod = rendered.stream()
                .filter(resource -> resource.path("kind").asText().equals("Job"))
                .findFirst()
                .orElseThrow()
                .at("/spec/template/spec");
        assertThat(pod.at("/containers/0/image").asText()).endsWith(":" + Images.version() + "-cpu");
        assertThat(pod.at("/volumes/1/configMap/name").asText())
                .isIn(rendered.stream()
                        .filter(resource -> resource.path("kind").asText().equals("ConfigMap"))
                        .map(resource -> resource.at("/metadata/name").asText())
                        .toList());
    }

    private static Container container(Job job) {
        return job.getSpec().getTemplate().getSpec().getContainers().getFirst();
    }
}
