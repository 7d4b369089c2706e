package io.sightline.indexer.search;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.sightline.embedder.versions.Cause;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.http.ApiException;
import io.sightline.http.AuditLog;
import io.sightline.http.Scope;
import io.sightline.indexer.rollout.RolloutException;
import io.sightline.indexer.rollout.RolloutRequests;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** The HTTP routes of model versions. Thread-safe. */
public final class ModelsApi {

    private static final String VERSION = "version";

    private final ModelCatalog catalog;
    private final RolloutRequests requests;

    /** Uses, and does not close, the catalog. */
    public ModelsApi(ModelCatalog catalog, RolloutRequests requests) {
        this.catalog = catalog;
        this.requests = requests;
    }

    void register(RoutesConfig routes) {
        routes.get("/v1/models", context -> context.json(models()), Scope.SEARCH);
        routes.get("/v1/models/{version}", context -> context.json(model(context.pathParam(VERSION))), Scope.SEARCH);
        routes.post(
                "/v1/models/{version}:promote",
                context -> context.json(asked(context, "promote", requests::promote)),
                Scope.ADMIN);
        routes.post(
                "/v1/models/{version}:rollback",
                context -> context.json(asked(context, "rollback", requests::rollback)),
                Scope.ADMIN);
        routes.post(
                "/v1/models/{version}:retire",
                context -> context.json(asked(context, "retire", requests::retire)),
                Scope.ADMIN);
        routes.post(
                "/v1/models:rollback",
                context -> context.json(
                        AuditLog.audited(context, "rollback", "the last", () -> asked(() -> requests.rollback(null)))),
                Scope.ADMIN);
    }

    private List<Map<String, Object>> models() {
        ModelVersions versions = catalog.current();
        return versions.all().stream().map(event -> describe(versions, event)).toList();
    }

    private Map<String, Object> model(String version) {
        ModelVersions versions = catalog.current();
        Map<String, Object> model = describe(versions, find(versions, version));
        model.put(
                "history",
                versions.history(version).stream().map(ModelsApi::describe).toList());
        return model;
    }

    private Map<String, Object> asked(Context context, String action, Function<String, RolloutRequests.Done> request) {
        String version = context.pathParam(VERSION);
        return AuditLog.audited(
                context,
                action,
                version,
                () -> asked(() -> request.apply(find(catalog.current(), version).getVersion())));
    }

    private static ModelEvent find(ModelVersions versions, String version) {
        return versions.find(version)
                .orElseThrow(() -> new ApiException(404, "unknown-version", "there is no version '" + version + "'"));
    }

    private static Map<String, Object> asked(Supplier<RolloutRequests.Done> request) {
        try {
            RolloutRequests.Done done = request.get();
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("version", done.version());
            answer.put("from", done.from().name());
            answer.put("to", done.to().name());
            answer.put("cause", done.cause().text());
            answer.put("offset", done.offset());
            return answer;
        } catch (RolloutException e) {
            throw new ApiException(409, "transition-impossible", String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, Object> describe(ModelVersions.Step step) {
        ModelEvent event = step.event();
        Map<String, Object> transition = new LinkedHashMap<>();
        transition.put("status", event.getStatus().name());
        transition.put("cause", event.getCause());
        transition.put("reason", event.getReason());
        transition.put("eventTime", event.getEventTime());
        transition.put("expiresAt", event.getExpiresAt());
        transition.put("gate", event.getGate());
        transition.put("decidedBy", event.getDecidedBy());
        transition.put("offset", step.offset());
        return transition;
    }

    private static Map<String, Object> describe(ModelVersions versions, ModelEvent event) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("version", event.getVersion());
        model.put("parent", event.getParent());
        ModelStatus status = versions.status(event);
        model.put("status", status.name());
        // Of a version that another one's event has ended, until its own says so.
        boolean ended = status != event.getStatus();
        String end = (status == ModelStatus.RETIRED ? Cause.REPLACED : Cause.SUPERSEDED).text();
        model.put("cause", ended ? end : event.getCause());
        model.put("reason", ended ? end : event.getReason());
        model.put("publishedTime", event.getPublishedTime());
        model.put("eventTime", event.getEventTime());
        model.put("expiresAt", event.getExpiresAt());
        model.put("dimensions", event.getDimensions());
        model.put("preprocessing", event.getPreprocessing());
        model.put("artifactUri", event.getArtifactUri());
        model.put("manifestSha256", event.getManifestSha256());
        model.put("steps", event.getLineage().getSteps());
        model.put("classes", event.getLineage().getClasses());
        model.put("trainingImages", event.getLineage().getImages());
        model.put("seed", event.getLineage().getSeed());
        model.put("offsets", event.getLineage().getOffsets());
        model.put("settings", event.getSettings());
        model.put("metrics", event.getMetrics());
        model.put("gate", event.getGate());
        model.put("compatibleWith", event.getCompatibleWith());
        return model;
    }
}
