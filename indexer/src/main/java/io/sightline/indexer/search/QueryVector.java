package io.sightline.indexer.search;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.runtime.NoUnitVectorException;
import io.sightline.http.ApiException;
import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.schemas.Vectors;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A query as a vector in the space of the version that answers.
 *
 * @param vector [d], unit length
 * @param embeddedBy the version whose network made it of an image, null if none had to
 * @param mappedFrom the compatible version in whose space it was first, null if it was made in this one
 */
record QueryVector(
        float[] vector,
        @Nullable String embeddedBy,
        @Nullable String mappedFrom) {

    /**
     * Embeds the image, looks the id up, or checks the vector, whichever the request has.
     *
     * @throws ApiException 400 for a vector of no use, 404 for an unknown id, 409 for a demand of another version, 413, 415
     *     or 422 for an image that cannot be embedded, 503 {@code network-unavailable} while none can
     */
    static QueryVector of(SearchRequest request, Serving version) {
        requireVersion(request, version);
        if (request.id() != null) {
            return new QueryVector(stored(request.id(), version).vector(), null, null);
        }
        Optional<Serving.Bridge> bridge = version.bridge()
                .filter(one -> request.version() == null || request.version().equals(one.version()));
        QueryNetwork network = bridge.map(Serving.Bridge::network).orElse(version.network());
        float[] vector;
        @Nullable String embeddedBy = null;
        if (request.image() != null) {
            vector = embedded(request.image(), network);
            embeddedBy = network.version();
        } else {
            vector = checked(request.vector() == null ? new float[0] : request.vector(), network);
        }
        return bridge.isPresent()
                ? new QueryVector(bridge.get().map().apply(vector), embeddedBy, network.version())
                : new QueryVector(vector, embeddedBy, null);
    }

    /**
     * An image of the version's index.
     *
     * @throws ApiException 404 {@code unknown-image}
     */
    static EmbeddedImage stored(String id, Serving version) {
        return version.store()
                .find(id)
                .orElseThrow(
                        () -> new ApiException(
                                404,
                                "unknown-image",
                                "there is no image '" + id + "' in the index of " + version.version()
                                        + "; it was never ingested, was deleted, could not be embedded, or is still on its way"));
    }

    /** What is searched by id lies in the gallery; what is embedded may come over the bridge. */
    private static void requireVersion(SearchRequest request, Serving version) {
        boolean overBridge = request.id() == null
                && version.bridge()
                        .filter(bridge -> bridge.version().equals(request.version()))
                        .isPresent();
        if (request.version() != null && !request.version().equals(version.version()) && !overBridge) {
            throw new ApiException(
                    409,
                    "version-mismatch",
                    "the query is of version " + request.version() + " but " + version.version()
                            + " answers now: embed it again with " + version.version() + ", or send the image");
        }
    }

    private static float[] embedded(byte[] image, QueryNetwork network) {
        try {
            return network.embed(image);
        } catch (RejectedImageException e) {
            throw rejected(e);
        } catch (NoUnitVectorException e) {
            throw new ApiException(422, "inference", "the image has no embedding: " + e.getMessage());
        }
    }

    private static float[] checked(float[] vector, QueryNetwork network) {
        if (vector.length != network.dimensions()) {
            throw new ApiException(
                    400,
                    "wrong-dimensions",
                    "the vector has " + vector.length + " components; those of " + network.version() + " have "
                            + network.dimensions());
        }
        if (!Vectors.isUnit(vector)) {
            throw new ApiException(
                    400,
                    "not-a-unit-vector",
                    "the vector's length is " + Math.sqrt(Vectors.squaredLength(vector)) + "; divide it by that");
        }
        return vector;
    }

    private static ApiException rejected(RejectedImageException e) {
        int status = switch (e.reason()) {
            case OVERSIZE -> 413;
            case UNSUPPORTED -> 415;
            default -> 422;
        };
        String type = e.reason().name().toLowerCase(Locale.ROOT).replace('_', '-');
        return new ApiException(status, type, String.valueOf(e.getMessage()));
    }
}
