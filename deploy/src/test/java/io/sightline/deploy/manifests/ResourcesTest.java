package io.sightline.deploy.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What has to fit together among resources that are applied together. */
class ResourcesTest {

    static List<ResourceSet> sets() {
        return ResourceSet.all();
    }

    @Test
    void shouldRenderEveryOverlay() {
        assumeTrue(Kubectl.find().isPresent(), "there is no kubectl: overlays are only looked at file by file");
        assertThat(sets()).hasSize(1 + KustomizationTest.overlays().size());
    }

    @Test
    void shouldRenderWhatEachOverlayIsFor() {
        assumeTrue(Kubectl.find().isPresent(), "there is no kubectl: overlays are only looked at file by file");
        assertThat(set("overlays/gpu").workloads())
                .filteredOn(workload ->
                        workload.container().getResources().getLimits().containsKey("nvidia.com/gpu"))
                .extracting(Workload::name)
                .containsExactlyInAnyOrder("sightline-embedder", "sightline-trainer");
        assertThat(set("overlays/autoscaled").custom("ScaledObject")).hasSize(1);
        assertThat(set("overlays/autoscaled").custom("PodMonitor")).hasSize(1);
        assertThat(set("overlays/cpu-s3").documents())
                .filteredOn(document -> document.path("kind").asText().equals("ConfigMap"))
                .anyMatch(document -> document.path("data").toString().contains("s3://"));
    }

    private static ResourceSet set(String name) {
        return sets().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("sets")
    void shouldHaveNoFieldThatKubernetesDoesNotKnow(ResourceSet set) {
        assertThat(set.documents())
                .isNotEmpty()
                .allSatisfy(document -> assertThat(StrictModel.unknownFields(document))
                        .as("%s %s", document.path("kind"), document.at("/metadata/name"))
                        .isEmpty());
        assertThat(set.resources().stream().filter(StrictModel::isCustom).map(resource -> resource.getKind()))
                .as("kinds of operators")
                .isSubsetOf("ScaledObject", "PodMonitor");
    }

    @Test
    void shouldNoticeAFieldThatKubernetesDoesNotKnow() {
        JsonNode wrong = Yaml.documents("""
            apiVersion: v1
            kind: Pod
            metadata: {name: wrong, lables: {}}
            spec:
              containers:
                - {name: one, image: one, resources: {limits: {cpu: 1}}, readOnly: true}
            """).getFirst();
        assertThat(StrictModel.unknownFields(wrong))
                .containsExactlyInAnyOrder("/metadata/lables", "/spec/containers/0/readOnly");
    }

    @ParameterizedTest
    @MethodSource("sets")
    void shouldSelectPodsThatThereAre(ResourceSet set) {
        List<Workload> workloads = set.workloads();
        assertThat(workloads)
                .extracting(Workload::name)
                .containsExactlyInAnyOrder(
                        "sightline-ingest", "sightline-embedder", "sightline-trainer", "sightline-indexer");
        assertThat(workloads)
                .allSatisfy(workload -> assertThat(workload.labels())
                        .containsAllEntriesOf(workload.selector().getMatchLabels()));
        assertThat(set.of(Service.class)).hasSizeGreaterThanOrEqualTo(4).allSatisfy(service -> {
            Workload behind = only(workloads, service.getSpec().getSelector());
            service.getSpec()
                    .getPorts()
                    .forEach(port -> assertThat(
                                    behind.hasPort(port.getTargetPort().getStrVal()))
                            .as("%s: %s", service.getMetadata().getName(), port)
                            .isTrue());
        });
        assertThat(set.of(StatefulSet.class))
                .allSatisfy(one -> assertThat(set.of(Service.class)).anySatisfy(service -> {
                    assertThat(service.getMetadata().getName())
                            .isEqualTo(one.getSpec().getServiceName());
                    assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
                }));
        assertThat(set.of(PodDisruptionBudget.class))
                .hasSize(workloads.size())
                .allSatisfy(
                        budget -> only(workloads, budget.getSpec().getSelector().getMatchLabels()));
    }

    /** Sessions of the console are in the memory of one pod; searches are for all of them. */
    @ParameterizedTest
    @MethodSource("sets")
    void shouldKeepPeopleOnOnePodAndSpreadSearches(ResourceSet set) {
        Service console = service(set, "sightline-console");
        Service search = service(set, "sightline-indexer");
        assertThat(console.getSpec().getSessionAffinity()).isEqualTo("ClientIP");
        assertThat(search.getSpec().getSessionAffinity()).isNull();
        assertThat(console.getSpec().getSelector()).isEqualTo(search.getSpec().getSelector());
        assertThat(console.getSpec().getPorts()).isEqualTo(search.getSpec().getPorts());
    }

    private static Service service(ResourceSet set, String name) {
        return set.of(Service.class).stream()
                .filter(service -> service.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(set + " has no Service " + name));
    }

    private static Workload only(List<Workload> workloads, Map<String, String> wanted) {
        assertThat(workloads)
                .filteredOn(workload -> workload.isSelectedBy(wanted))
                .as("%s", wanted)
                .hasSize(1);
        return workloads.stream()
                .filter(workload -> workload.isSelectedBy(wanted))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("sets")
    void shouldLetNothingThroughThatNoPolicyNames(ResourceSet set) {
        List<NetworkPolicy> policies = set.of(NetworkPolicy.class);
        assertThat(policies).anySatisfy(policy -> {
            assertThat(policy.getSpec().getPodSelector().getMatchLabels()).isEmpty();
            assertThat(policy.getSpec().getPolicyTypes()).containsExactlyInAnyOrder("Ingress", "Egress");
            assertThat(policy.getSpec().getIngress()).isEmpty();
            assertThat(policy.getSpec().getEgress()).isEmpty();
        });
        assertThat(policies).allSatisfy(policy -> {
            List<Workload> meant = set.workloads().stream()
                    .filter(workload -> workload.isSelectedBy(
                            policy.getSpec().getPodSelector().getMatchLabels()))
                    .toList();
            assertThat(meant).isNotEmpty();
            assertThat(policy.getSpec().getIngress())
                    .flatMap(rule -> rule.getPorts())
                    .extracting(NetworkPolicyPort::getPort)
                    .extracting(IntOrString::getStrVal)
                    .allSatisfy(port -> assertThat(meant).allMatch(workload -> workload.hasPort(port)));
        });
    }

    @ParameterizedTest
    @MethodSource("sets")
    void shouldScaleWorkloadsThatThereAre(ResourceSet set) {
        assertThat(set.of(HorizontalPodAutoscaler.class)).isNotEmpty().allSatisfy(scaler -> {
            Workload scaled = named(
                    set,
                    scaler.getSpec().getScaleTargetRef().getKind(),
                    scaler.getSpec().getScaleTargetRef().getName());
            assertThat(scaled.container().getResources().getRequests()).containsKey("cpu");
        });
        assertThat(set.custom("ScaledObject")).allSatisfy(scaler -> {
            JsonNode target = scaler.at("/spec/scaleTargetRef");
            Workload scaled =
                    named(set, target.path("kind").asText(), target.path("name").asText());
            assertThat(scaled.resource())
                    .isInstanceOfSatisfying(
                            StatefulSet.class,
                            one -> assertThat(one.getSpec().getReplicas())
                                    .as("who says how many there are")
                                    .isIn(null, 2));
            assertThat(scaler.at("/spec/triggers/0/metadata/query").asText()).contains("sightline_embedder_lag");
            assertThat(scaler.at("/spec/triggers/0/metadata/ignoreNullValues").asText())
                    .as("no data is no reason to scale down")
                    .isEqualTo("false");
        });
        assertThat(set.custom("PodMonitor"))
                .allSatisfy(monitor -> assertThat(set.workloads())
                        .allMatch(workload -> workload.hasPort(
                                monitor.at("/spec/podMetricsEndpoints/0/port").asText())));
    }

    private static Workload named(ResourceSet set, String kind, String name) {
        return set.workloads().stream()
                .filter(workload -> workload.resource().getKind().equals(kind)
                        && workload.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(set + " has no " + kind + " " + name));
    }

    @ParameterizedTest
    @MethodSource("sets")
    void shouldGiveNobodyATokenOfTheCluster(ResourceSet set) {
        assertThat(set.of(ServiceAccount.class))
                .hasSize(set.workloads().size())
                .allMatch(account -> Objects.equals(account.getAutomountServiceAccountToken(), false));
        assertThat(set.workloads()).allSatisfy(workload -> {
            assertThat(workload.pods().getSpec().getServiceAccountName()).isIn(set.names("ServiceAccount"));
            assertThat(workload.pods().getSpec().getAutomountServiceAccountToken())
                    .isFalse();
        });
    }
}
