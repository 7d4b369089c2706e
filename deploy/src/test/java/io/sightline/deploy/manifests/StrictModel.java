package io.sightline.deploy.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads resources as the Kubernetes client's model knows them. The model itself is lenient: what it does not know, or
 * what is of another type, it keeps aside. So a resource is written again without what was kept aside, and each field
 * that is missing then is one that Kubernetes has not.
 */
final class StrictModel {

    private static final KubernetesSerialization MODEL = new KubernetesSerialization();
    private static final JsonMapper ONLY_KNOWN = JsonMapper.builder()
            .annotationIntrospector(new KnownFields())
            .findAndAddModules()
            .build();

    private StrictModel() {}

    private static final class KnownFields extends JacksonAnnotationIntrospector {

        private static final long serialVersionUID = 1;

        @Override
        public Boolean hasAnyGetter(Annotated annotated) {
            return false;
        }
    }

    /** A resource; one of a kind that the model does not have is generic. */
    static HasMetadata read(JsonNode document) {
        return MODEL.unmarshal(document.toString());
    }

    /** Whether the kind is not one of Kubernetes itself. */
    static boolean isCustom(HasMetadata resource) {
        return resource instanceof GenericKubernetesResource;
    }

    /** Paths of fields that the model of this kind does not have. */
    static List<String> unknownFields(JsonNode document) {
        HasMetadata resource = read(document);
        if (isCustom(resource)) {
            return List.of();
        }
        List<String> unknown = new ArrayList<>();
        compare("", document, ONLY_KNOWN.valueToTree(resource), unknown);
        return unknown;
    }

    private static void compare(String path, JsonNode given, JsonNode known, List<String> unknown) {
        if (known.isMissingNode() || (known.isNull() && !given.isNull())) {
            // The model writes no empty lists.
            if (!given.isArray() || !given.isEmpty()) {
                unknown.add(path);
            }
            return;
        }
        given.properties()
                .forEach(field ->
                        compare(path + "/" + field.getKey(), field.getValue(), known.path(field.getKey()), unknown));
        for (int item = 0; given.isArray() && item < given.size(); item++) {
            compare(path + "/" + item, given.get(item), known.path(item), unknown);
        }
    }
}
