package io.sightline.ingest.gateway;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.UploadedFile;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sightline.embedder.image.ImageHeader;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.http.ApiException;
import io.sightline.http.ApiServer;
import io.sightline.http.AuditLog;
import io.sightline.http.HttpSettings;
import io.sightline.http.MetricsPage;
import io.sightline.http.Scope;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.RegistryUnavailableException;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP gateway. Images are checked by size, magic bytes and header before they are taken; whether they decode is
 * found out by the embedder, which makes a dead letter of one that does not. Thread-safe.
 */
public final class IngestApi implements AutoCloseable {

    private static final int LONGEST_ID = 1024;
    private static final Pattern DOTS = Pattern.compile("(?:^|[/\\\\])\\.{1,2}(?:$|[/\\\\])");
    private static final int LONGEST_LABEL = 1024;
    private static final long JSON_BYTES = 64 * 1024;
    private static final String TAG_PREFIX = "tag.";
    private static final String LABEL_SUFFIX = "/label";
    /** Of the search API. */
    private static final String CONTENT_SUFFIX = "/content";

    private static final String ERASURE_SUFFIX = "/erasure";

    private final ImageLimits limits;
    private final ImageGateway gateway;
    private final PrometheusMeterRegistry meters;
    private final ApiServer server;

    /**
     * Starts to listen.
     *
     * @param payloads where images lie that are too large for an event, and which those are
     * @param stateDirectory where the directory of known images lies
     * @param http how the gateway is reached
     */
    public IngestApi(
            KafkaConnection connection,
            RecordSerdes serdes,
            ImageLimits limits,
            PayloadSettings payloads,
            Path stateDirectory,
            PrometheusMeterRegistry meters,
            HttpSettings http,
            Clock clock) {
        this.limits = limits;
        this.meters = meters;
        this.gateway = new ImageGateway(connection, serdes, payloads, stateDirectory, clock);
        // A multipart body is a little longer than its image.
        this.server = ApiServer.start(http, limits.maxBytes() + JSON_BYTES, this::routes);
    }

    /** Address of the gateway. */
    public String url() {
        return server.url();
    }

    @Override
    public void close() {
        server.close();
        gateway.close();
    }

    /** Body of {@code PUT /v1/images/{id}/label}. */
    record LabelRequest(@Nullable String label, @Nullable String labeller) {}

    private void routes(RoutesConfig routes) {
        routes.exception(
                RegistryUnavailableException.class,
                (failure, context) ->
                        ApiServer.answer(context, 503, "registry-unavailable", String.valueOf(failure.getMessage())));
        routes.get(
                "/",
                context -> context.json(Map.of(
                        "service",
                        "sightline ingest",
                        "routes",
                        List.of(
                                "POST /v1/images",
                                "PUT /v1/images/{id}/label",
                                "DELETE /v1/images/{id}/label",
                                "DELETE /v1/images/{id}"))),
                Scope.OPEN);
        routes.post("/v1/images", this::postImage, Scope.INGEST);
        routes.put("/v1/images/<id>/label", this::putLabel, Scope.INGEST);
        routes.delete(
                "/v1/images/<id>/label",
                context -> {
                    delete(context, "delete-label", gateway::deleteLabel);
                    context.status(204);
                },
                Scope.INGEST);
        routes.delete(
                "/v1/images/<id>",
                context -> {
                    delete(context, "delete-image", gateway::deleteImage);
                    context.status(204);
                },
                Scope.INGEST);
        MetricsPage.route(routes, meters);
    }

    private static void delete(Context context, String action, Consumer<String> deletion) {
        String id = context.pathParam("id");
        AuditLog.audited(context, action, id, () -> {
            deletion.accept(id);
            return id;
        });
    }

    private void postImage(Context context) {
        byte[] content = context.isMultipart() ? uploaded(context) : ApiServer.body(context, limits.maxBytes());
        ImageHeader header = check(content);
        Map<String, String> fields = fields(context);
        String id = fields.getOrDefault("id", Sha256.hex(content));
        requireText("id", id, LONGEST_ID);
        if (DOTS.matcher(id).find()) {
            throw new ApiException(400, "bad-id", "an id must not have a segment of dots only: no address can hold it");
        }
        for (String suffix : List.of(LABEL_SUFFIX, CONTENT_SUFFIX, ERASURE_SUFFIX)) {
            if (id.endsWith(suffix)) {
                throw new ApiException(
                        400,
                        "bad-id",
                        "an id must not end in " + suffix + ": that is the address of an image's "
                                + suffix.substring(1));
            }
        }
        @Nullable String label = fields.get("label");
        if (label != null) {
            requireText("label", label, LONGEST_LABEL);
        }
        Map<String, String> tags = new TreeMap<>();
        fields.forEach((name, value) -> {
            if (name.startsWith(TAG_PREFIX)) {
                tags.put(tagKey(name), value);
            }
        });
        NewImage image =
                new NewImage(content, header.format().mediaType(), tags, fields.getOrDefault("source", "http"));
        ImageGateway.Receipt receipt = gateway.putImage(id, image);
        boolean labelSent = label != null && gateway.putLabel(id, label, "http");
        context.status(202)
                .json(Map.of(
                        "id",
                        id,
                        "sent",
                        receipt.sent() || labelSent,
                        "coordinates",
                        Map.of("topic", Topics.IMAGES, "partition", receipt.partition(), "offset", receipt.offset())));
    }

    private void putLabel(Context context) {
        LabelRequest request = ApiServer.json(context, LabelRequest.class, JSON_BYTES);
        if (request.label() == null) {
            throw new ApiException(400, "label-missing", "send {\"label\": \"..\"}; to withdraw a label, DELETE it");
        }
        requireText("label", request.label(), LONGEST_LABEL);
        String id = context.pathParam("id");
        boolean sent = gateway.putLabel(id, request.label(), request.labeller() == null ? "http" : request.labeller());
        context.status(202).json(Map.of("id", id, "label", request.label(), "sent", sent));
    }

    private ImageHeader check(byte[] content) {
        if (content.length == 0) {
            throw new ApiException(
                    400, "empty", "the body is empty: send the image as the body, or as the part 'image'");
        }
        try {
            return limits.check(content);
        } catch (RejectedImageException e) {
            int status = switch (e.reason()) {
                case OVERSIZE -> 413;
                case UNSUPPORTED -> 415;
                default -> 422;
            };
            String type = e.reason().name().toLowerCase(Locale.ROOT).replace('_', '-');
            throw new ApiException(status, type, String.valueOf(e.getMessage()));
        }
    }

    private byte[] uploaded(Context context) {
        ApiServer.requireLength(context, limits.maxBytes() + JSON_BYTES);
        UploadedFile file = context.uploadedFile("image");
        if (file == null) {
            throw new ApiException(400, "image-missing", "the multipart body has no part named 'image'");
        }
        try (InputStream in = file.content()) {
            byte[] content = in.readNBytes(limits.maxBytes() + 1);
            if (content.length > limits.maxBytes()) {
                throw new ApiException(
                        413,
                        "oversize",
                        "the image has " + file.size() + " bytes; at most " + limits.maxBytes() + " are accepted");
            }
            return content;
        } catch (IOException e) {
            throw new ApiException(400, "broken-request", "the part 'image' could not be read: " + e.getMessage());
        }
    }

    /** Query parameters, and the form fields of a multipart body. */
    private static Map<String, String> fields(Context context) {
        Map<String, String> fields = new TreeMap<>();
        putFirst(context.queryParamMap(), fields);
        if (context.isMultipart()) {
            putFirst(context.formParamMap(), fields);
        }
        return fields;
    }

    /** A file among the form fields has a name and no value. */
    private static void putFirst(Map<String, List<String>> parameters, Map<String, String> fields) {
        parameters.forEach((name, values) -> {
            if (values.contains(null)) {
                throw new ApiException(400, "bad-query", "the value of '" + name + "' is not percent-encoded UTF-8");
            }
            values.stream().findFirst().ifPresent(value -> fields.put(name, value));
        });
    }

    private static String tagKey(String field) {
        String key = field.substring(TAG_PREFIX.length());
        if (key.isEmpty() || key.indexOf('\u0000') >= 0) {
            throw new ApiException(400, "bad-tag", "'" + field + "' is not a tag: name it " + TAG_PREFIX + "key");
        }
        return key;
    }

    private static void requireText(String name, String value, int longest) {
        if (value.isBlank() || value.length() > longest || value.chars().anyMatch(Character::isISOControl)) {
            throw new ApiException(
                    400,
                    "bad-" + name,
                    "the " + name + " must be 1 to " + longest + " characters without control characters");
        }
    }
}
