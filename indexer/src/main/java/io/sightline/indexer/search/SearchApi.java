package io.sightline.indexer.search;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.http.ApiException;
import io.sightline.http.ApiServer;
import io.sightline.indexer.indexing.LaneIndex;
import io.sightline.indexer.indexing.LaneIndexes;
import io.sightline.indexer.rollout.RolloutController;
import io.sightline.indexer.rollout.RolloutException;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The HTTP routes of search and of model versions. Thread-safe. */
public final class SearchApi implements AutoCloseable {

    /** A base64 image in JSON is a third longer than the image. */
    private static final long MAX_REQUEST_BYTES = 12L * 1024 * 1024;

    private final ModelCatalog catalog;
    private final LaneIndexes indexes;
    private final RolloutController rollout;
    private final ServingSwitch serving;
    private final SearchService search;
    private final ApiServer server;

    /** Starts to answer. Uses, and does not close, what it is given. */
    public SearchApi(ModelCatalog catalog, LaneIndexes indexes, RolloutController rollout, String host, int port) {
        this.catalog = catalog;
        this.indexes = indexes;
        this.rollout = rollout;
        this.serving = new ServingSwitch(
                catalog::current, version -> indexes.find(version).map(LaneIndex::store), ImageLimits.DEFAULT);
        this.search = new SearchService(serving);
        this.server = ApiServer.start(host, port, MAX_REQUEST_BYTES, this::routes);
    }

    /** Address of the API. */
    public String url() {
        return server.url();
    }

    @Override
    public void close() {
        server.close();
        serving.close();
    }

    private void routes(RoutesConfig routes) {
        routes.get(
                "/",
                context -> context.json(Map.of(
                        "service",
                        "sightline search",
                        "routes",
                        List.of(
                                "POST /v1/search",
                                "GET /v1/images/{id}",
                                "GET /v1/models",
                                "GET /v1/models/{version}",
                                "POST /v1/models:rollback",
                                "GET /v1/status"))));
        routes.post("/v1/search", context -> context.json(search.search(request(context))));
        routes.get("/v1/images/<id>", context -> context.json(search.image(context.pathParam("id"))));
        routes.get("/v1/models", context -> context.json(models()));
        routes.get("/v1/models/{version}", context -> context.json(model(context.pathParam("version"))));
        routes.post("/v1/models:rollback", context -> context.json(rollback(context.queryParam("version"))));
        routes.get("/v1/status", context -> context.json(status()));
    }

    private static SearchRequest request(Context context) {
        String type = context.contentType() == null ? "" : context.contentType();
        if (type.startsWith("application/json")) {
            return ApiServer.json(context, SearchRequest.class, MAX_REQUEST_BYTES);
        }
        byte[] image = ApiServer.body(context, MAX_REQUEST_BYTES);
        Map<String, String> tags = new HashMap<>();
        context.queryParamMap().forEach((name, values) -> {
            if (name.startsWith("tag.")) {
                tags.put(name.substring("tag.".length()), values.getFirst());
            }
        });
        return new SearchRequest(
                image,
                null,
                null,
                context.queryParam("version"),
                number(context, "k"),
                number(context, "ef"),
                new SearchRequest.Filter(tags, context.queryParam("label")),
                false);
    }

    private static @Nullable Integer number(Context context, String name) {
        String value = context.queryParam(name);
        try {
            return value == null ? null : Integer.valueOf(value);
        } catch (NumberFormatException e) {
            throw new ApiException(400, "out-of-range", name + " must be a whole number, not '" + value + "'");
        }
    }

    private List<Map<String, Object>> models() {
        ModelVersions versions = catalog.current();
        return versions.all().stream().map(event -> describe(versions, event)).toList();
    }

    private Map<String, Object> model(String version) {
        ModelVersions versions = catalog.current();
        ModelEvent event = versions.find(version)
                .orElseThrow(() -> new ApiException(404, "unknown-version", "there is no version '" + version + "'"));
        return describe(versions, event);
    }

    private Map<String, Object> rollback(@Nullable String version) {
        try {
            return Map.of("active", rollout.rollback(version));
        } catch (RolloutException e) {
            throw new ApiException(409, "rollback-impossible", String.valueOf(e.getMessage()));
        }
    }

    private Map<String, Object> status() {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("active", serving.version().orElse(null));
        status.put("queriesEmbeddedBy", serving.bridge().or(serving::version).orElse(null));
        Map<String, Object> counts = new LinkedHashMap<>();
        Map<String, Object> failures = new LinkedHashMap<>();
        catalog.current()
                .all()
                .forEach(event -> indexes.find(event.getVersion()).ifPresent(index -> {
                    counts.put(event.getVersion(), index.store().count());
                    if (index.failure() != null) {
                        failures.put(event.getVersion(), index.failure());
                    }
                }));
        status.put("images", counts);
        status.put("lag", rollout.lags());
        status.put("failures", failures);
        return status;
    }

    private static Map<String, Object> describe(ModelVersions versions, ModelEvent event) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("version", event.getVersion());
        model.put("parent", event.getParent());
        ModelStatus status = versions.status(event);
        model.put("status", status.name());
        model.put("reason", status == event.getStatus() ? event.getReason() : "replaced");
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
        model.put("compatibleWith", event.getCompatibleWith());
        return model;
    }
}
