package io.sightline.deploy.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What each pod asks for and may do. */
class WorkloadsTest {

    private static final Quantity NOTHING = new Quantity("0");

    /** What a service takes to close; the command waits no longer. */
    private static final long CLOSE_SECONDS = 60;

    /** Where each service listens when nothing is said. */
    private static final Map<String, Integer> PORTS =
            Map.of("ingest", 19080, "trainer", 19085, "indexer", 19090, "embedder", 19095);

    static Stream<Arguments> workloads() {
        return ResourceSet.all().stream()
                .flatMap(set -> set.workloads().stream().map(workload -> Arguments.of(set, workload)));
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void shouldRunWithoutRights(ResourceSet set, Workload workload) {
        PodSecurityContext pod = workload.pods().getSpec().getSecurityContext();
        assertThat(pod.getRunAsNonRoot()).isTrue();
        assertThat(pod.getRunAsUser()).isEqualTo(10001);
        assertThat(pod.getFsGroup()).isEqualTo(10001);
        assertThat(pod.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(workload.containers()).allSatisfy(container -> {
            assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                    .isTrue();
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                    .isFalse();
            assertThat(container.getSecurityContext().getCapabilities().getDrop())
                    .containsExactly("ALL");
            assertThat(container.getSecurityContext().getCapabilities().getAdd())
                    .isEmpty();
        });
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void shouldSayWhatItNeeds(ResourceSet set, Workload workload) {
        Map<String, Quantity> requests = workload.container().getResources().getRequests();
        Map<String, Quantity> limits = workload.container().getResources().getLimits();
        assertThat(requests).containsKeys("cpu", "memory");
        assertThat(limits).containsOnlyKeys(requests.keySet());
        assertThat(requests)
                .allSatisfy((name, quantity) -> assertThat(quantity.getNumericalAmount())
                        .isLessThanOrEqualTo(limits.getOrDefault(name, NOTHING).getNumericalAmount()));
        if (limits.containsKey("nvidia.com/gpu")) {
            PodSpec pod = workload.pods().getSpec();
            assertThat(workload.container().getImage()).endsWith("-gpu");
            assertThat(pod.getNodeSelector()).isNotEmpty();
            assertThat(pod.getTolerations()).isNotEmpty();
            assertThat(requests.get("nvidia.com/gpu")).isEqualTo(limits.get("nvidia.com/gpu"));
        } else {
            assertThat(workload.container().getImage()).doesNotEndWith("-gpu");
        }
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void shouldBeAskedWhereItAnswers(ResourceSet set, Workload workload) throws IOException {
        Container container = workload.container();
        assertThat(container.getPorts()).singleElement().satisfies(port -> {
            assertThat(port.getName()).isEqualTo("http");
            assertThat(port.getContainerPort()).isEqualTo(PORTS.get(container.getName()));
        });
        assertThat(container.getArgs()).noneMatch(argument -> argument.startsWith("--port"));
        String routes = routes();
        for (Probe probe :
                List.of(container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe())) {
            assertThat(workload.hasPort(probe.getHttpGet().getPort().getStrVal()))
                    .isTrue();
            assertThat(routes).contains("  " + probe.getHttpGet().getPath() + ":\n");
        }
        // Whoever is slow to become ready, with an index to build, is not killed for it.
        assertThat(container.getLivenessProbe().getHttpGet().getPath()).endsWith("/live");
        assertThat(container.getStartupProbe().getHttpGet().getPath()).endsWith("/live");
        assertThat(container.getReadinessProbe().getHttpGet().getPath()).endsWith("/ready");
        assertThat(container.getStartupProbe().getFailureThreshold()
                        * container.getStartupProbe().getPeriodSeconds())
                .isGreaterThanOrEqualTo(300);
    }

    /** Ingest reads the images topic before it listens; the others restore what they need afterwards. */
    @ParameterizedTest
    @MethodSource("workloads")
    void shouldLetIngestReadTheImagesBeforeItListens(ResourceSet set, Workload workload) {
        if (workload.resource() instanceof Deployment deployment) {
            assertThat(workload.container().getArgs()).contains("--inline-max-bytes=16384");
            Probe startup = workload.container().getStartupProbe();
            int seconds = startup.getFailureThreshold() * startup.getPeriodSeconds();
            assertThat(seconds).isGreaterThanOrEqualTo(3600);
            assertThat(deployment.getSpec().getProgressDeadlineSeconds()).isGreaterThan(seconds);
        }
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void shouldTakeNoMoreLargeImagesAtOnceThanTheHeapHolds(ResourceSet set, Workload workload) {
        if (workload.container().getName().equals("ingest")) {
            assertThat(workload.container().getEnv()).anySatisfy(variable -> {
                assertThat(variable.getName()).isEqualTo("SIGHTLINE_LIMITS_REQUESTS_AT_ONCE");
                assertThat(variable.getValue()).isEqualTo("64");
            });
        }
    }

    /** The description of the search API; the other services answer the same health routes. */
    private static String routes() throws IOException {
        try (InputStream file = WorkloadsTest.class.getResourceAsStream("/io/sightline/indexer/search/openapi.yaml")) {
            assertThat(file).isNotNull();
            return new String(file.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void shouldHaveTimeToClose(ResourceSet set, Workload workload) {
        assertThat(workload.pods().getSpec().getTerminationGracePeriodSeconds()).isGreaterThan(CLOSE_SECONDS);
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void shouldMountWhatThereIs(ResourceSet set, Workload workload) {
        List<Volume> volumes = workload.pods().getSpec().getVolumes();
        Set<String> mounted = workload.container().getVolumeMounts().stream()
                .map(VolumeMount::getName)
                .collect(Collectors.toSet());
        Set<String> there = Stream.concat(
                        volumes.stream().map(Volume::getName),
                        workload.claims().stream()
                                .map(claim -> claim.getMetadata().getName()))
                .collect(Collectors.toSet());
        assertThat(mounted).isEqualTo(there).contains("data", "tmp", "config", "api-keys");
        for (Volume volume : volumes) {
            if (volume.getSecret() != null) {
                assertThat(volume.getSecret().getSecretName()).isIn(set.names("Secret"));
            } else if (volume.getConfigMap() != null) {
                assertThat(volume.getConfigMap().getName()).isIn(set.names("ConfigMap"));
            } else if (volume.getPersistentVolumeClaim() != null) {
                assertThat(volume.getPersistentVolumeClaim().getClaimName()).isIn(set.names("PersistentVolumeClaim"));
            } else {
                assertThat(volume.getEmptyDir().getSizeLimit()).isNotNull();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void shouldTakeItsEnvironmentFromWhatThereIs(ResourceSet set, Workload workload) {
        Container container = workload.container();
        for (EnvVar variable : container.getEnv()) {
            if (variable.getValueFrom() != null) {
                assertThat(variable.getValueFrom().getConfigMapKeyRef().getName())
                        .isIn(set.names("ConfigMap"));
            }
        }
        container
                .getEnvFrom()
                .forEach(from -> assertThat(from.getSecretRef().getName()).isIn(set.names("Secret")));
        Set<String> named = container.getEnv().stream().map(EnvVar::getName).collect(Collectors.toSet());
        assertThat(Variables.in(container.getArgs())).isSubsetOf(named);
        assertThat(named).allMatch(Variables::isKnown);
    }
}
