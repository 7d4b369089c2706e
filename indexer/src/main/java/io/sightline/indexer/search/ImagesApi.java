package io.sightline.indexer.search;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.sightline.embedder.image.ImageHeader;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.http.ApiException;
import io.sightline.http.ContentPolicy;
import io.sightline.http.Scope;
import io.sightline.indexer.lineage.ImageSource;
import io.sightline.indexer.search.ImageAnswer.Decode;
import io.sightline.indexer.search.ImageAnswer.Event;
import io.sightline.indexer.search.ImageAnswer.Lineage;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.StoredImage.Origin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.InlinePayload;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/images/{id}} and {@code GET /v1/images/{id}/content}: what is known of an indexed image, and the image. An
 * id may hold slashes. Thread-safe.
 */
final class ImagesApi {

    private static final int NOT_MODIFIED = 304;

    private final ServingSwitch serving;
    private final ImageSource source;

    ImagesApi(ServingSwitch serving, ImageSource source) {
        this.serving = serving;
        this.source = source;
    }

    void register(RoutesConfig routes) {
        // First, or it would be taken for an image whose id ends like that.
        routes.get("/v1/images/<id>/content", this::content, Scope.SEARCH);
        routes.get("/v1/images/<id>", context -> context.json(image(context)), Scope.SEARCH);
    }

    private ImageAnswer image(Context context) {
        Indexed indexed = indexed(context.pathParam("id"));
        boolean wanted = !"false".equals(context.queryParam("lineage"));
        return ImageAnswer.of(indexed.image, wanted ? lineage(indexed) : null);
    }

    /** What the events say; what cannot be read now is left out with the reason. */
    private Lineage lineage(Indexed indexed) {
        StoredImage image = indexed.image;
        Origin embedding = new Origin(
                Topics.embeddings(image.version()),
                image.revision().partition(),
                image.revision().embedding() - 1);
        @Nullable Integer imageSchema = null;
        @Nullable Integer embeddingSchema = null;
        @Nullable String sender = null;
        @Nullable String payload = null;
        @Nullable Decode decode = null;
        @Nullable String lacking = null;
        try {
            embeddingSchema = source.schemaId(image.id(), embedding);
            ImageSource.Decoded event = source.event(image);
            imageSchema = event.schemaId();
            sender = event.event().getSource();
            payload = event.event().getPayload() instanceof InlinePayload ? "inline" : "reference";
            decode = decode(source.content(image, event.event()));
        } catch (ApiException e) {
            lacking = e.type() + ": " + e.getMessage();
        } catch (RejectedImageException e) {
            lacking = e.reason().name().toLowerCase(Locale.ROOT) + ": " + e.getMessage();
        }
        return new Lineage(
                new Event(image.origin(), imageSchema),
                new Event(embedding, embeddingSchema),
                sender,
                payload,
                indexed.preprocessing,
                decode,
                lacking);
    }

    private static Decode decode(byte[] content) throws RejectedImageException {
        ImageHeader header = ImageHeader.parse(content);
        return new Decode(header.format().name(), header.width(), header.height(), content.length);
    }

    /** The bytes are a stranger's: browsers are told to run nothing in them and to guess no other type. */
    private void content(Context context) {
        StoredImage image = indexed(context.pathParam("id")).image;
        String tag = '"' + image.contentSha256() + '"';
        ContentPolicy.STRANGE.appliesTo(context);
        if (isKnown(context.header("If-None-Match"), tag)) {
            mayBeKept(context, tag).status(NOT_MODIFIED);
            return;
        }
        byte[] content = source.content(image, source.event(image).event());
        String type;
        try {
            type = ImageHeader.parse(content).format().mediaType();
        } catch (RejectedImageException e) {
            throw new ApiException(410, "content-gone", "image '" + image.id() + "' is no image: " + e.getMessage());
        }
        context.header("Content-Disposition", "inline; filename=\"image." + extension(type) + '"');
        mayBeKept(context, tag).contentType(type).result(content);
    }

    /** Not said of an error: it would be taken for the image when that is there again. */
    private static Context mayBeKept(Context context, String tag) {
        return context.header("ETag", tag).header("Cache-Control", "private, no-cache");
    }

    private static String extension(String mediaType) {
        return mediaType.substring(mediaType.indexOf('/') + 1);
    }

    private static boolean isKnown(@Nullable String known, String tag) {
        if (known == null) {
            return false;
        }
        for (String one : known.split(",", -1)) {
            String stripped = one.strip();
            if (stripped.equals("*") || stripped.equals(tag) || stripped.equals("W/" + tag)) {
                return true;
            }
        }
        return false;
    }

    private record Indexed(StoredImage image, String preprocessing) {}

    private Indexed indexed(String id) {
        return serving.answer(version -> new Indexed(
                QueryVector.stored(id, version).image(), version.network().preprocessing()));
    }
}
