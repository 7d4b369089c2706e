package io.sightline.deploy.manifests;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What makes pods.
 *
 * @param resource the Deployment or StatefulSet
 * @param selector which pods it takes for its own
 * @param pods what its pods look like
 * @param claims volumes that each pod gets for itself
 */
record Workload(
        HasMetadata resource, LabelSelector selector, PodTemplateSpec pods, List<PersistentVolumeClaim> claims) {

    static Optional<Workload> of(HasMetadata resource) {
        return switch (resource) {
            case Deployment deployment ->
                Optional.of(new Workload(
                        deployment,
                        deployment.getSpec().getSelector(),
                        deployment.getSpec().getTemplate(),
                        List.of()));
            case StatefulSet set ->
                Optional.of(new Workload(
                        set,
                        set.getSpec().getSelector(),
                        set.getSpec().getTemplate(),
                        set.getSpec().getVolumeClaimTemplates()));
            default -> Optional.empty();
        };
    }

    String name() {
        return resource.getMetadata().getName();
    }

    Map<String, String> labels() {
        return pods.getMetadata().getLabels();
    }

    List<Container> containers() {
        return pods.getSpec().getContainers();
    }

    /** Its only container. */
    Container container() {
        if (containers().size() != 1) {
            throw new IllegalStateException(name() + " has " + containers().size() + " containers, not one");
        }
        return containers().getFirst();
    }

    /** Whether a selector takes its pods; one that says nothing takes all. */
    boolean isSelectedBy(Map<String, String> wanted) {
        return labels().entrySet().containsAll(wanted.entrySet());
    }

    boolean hasPort(String name) {
        return container().getPorts().stream().map(ContainerPort::getName).anyMatch(name::equals);
    }

    @Override
    public String toString() {
        return name();
    }
}
