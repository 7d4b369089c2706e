package io.sightline.indexer.search;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.runtime.NoUnitVectorException;
import io.sightline.http.ApiException;
import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.StoredImage;
import io.sightline.schemas.Vectors;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers searches, each from one version. Thread-safe. */
final class SearchService {

    private final ServingSwitch serving;

    SearchService(ServingSwitch serving) {
        this.serving = serving;
    }

    /**
     * Searches.
     *
     * @throws ApiException 400 for a request that says too little or too much, 404 for an unknown id, 409 for a vector
     *     or a demand of another version, 413, 415 or 422 for an image that cannot be embedded
     */
    SearchAnswer search(SearchRequest request) {
        long start = System.nanoTime();
        requireOneQuery(request);
        return serving.answer(version -> {
            requireVersion(request, version);
            Query asked = query(request, version);
            NearestQuery query = new NearestQuery(
                    asked.vector,
                    request.neighbours(),
                    request.candidates(),
                    request.tags(),
                    request.label(),
                    request.id() == null || request.includeSelf() ? Set.of() : Set.of(request.id()));
            List<SearchAnswer.Neighbour> hits = version.store().nearest(query).stream()
                    .map(SearchAnswer.Neighbour::of)
                    .toList();
            return new SearchAnswer(version.version(), asked.mappedFrom, (System.nanoTime() - start) / 1000, hits);
        });
    }

    /**
     * A vector in the space of the version that answers.
     *
     * @param mappedFrom the compatible version that embedded it, null if it was made in this space
     */
    private record Query(float[] vector, @Nullable String mappedFrom) {}

    /**
     * An indexed image.
     *
     * @throws ApiException 404 {@code unknown-image}
     */
    SearchAnswer.Neighbour image(String id) {
        return serving.answer(
                version -> SearchAnswer.Neighbour.of(new io.sightline.indexer.store.Hit(stored(id, version), 1)));
    }

    private static Query query(SearchRequest request, Serving version) {
        Optional<Serving.Bridge> bridge = version.bridge()
                .filter(one -> request.version() == null || request.version().equals(one.version()));
        if (request.image() != null) {
            try {
                return bridge.isPresent()
                        ? mapped(bridge.get().network().embed(request.image()), bridge.get())
                        : new Query(version.network().embed(request.image()), null);
            } catch (RejectedImageException e) {
                throw rejected(e);
            } catch (NoUnitVectorException e) {
                throw new ApiException(422, "inference", "the image has no embedding: " + e.getMessage());
            }
        }
        if (request.id() != null) {
            return new Query(stored(request.id(), version).vector(), null);
        }
        float[] vector = request.vector() == null ? new float[0] : request.vector();
        return bridge.isPresent()
                ? mapped(checked(vector, bridge.get().network()), bridge.get())
                : new Query(checked(vector, version.network()), null);
    }

    private static Query mapped(float[] vector, Serving.Bridge bridge) {
        return new Query(bridge.map().apply(vector), bridge.version());
    }

    private static StoredImage stored(String id, Serving version) {
        return version.store()
                .find(id)
                .orElseThrow(
                        () -> new ApiException(
                                404,
                                "unknown-image",
                                "there is no image '" + id + "' in the index of " + version.version()
                                        + "; it was never ingested, was deleted, could not be embedded, or is still on its way"));
    }

    private static float[] checked(float[] vector, QueryNetwork version) {
        if (vector.length != version.dimensions()) {
            throw new ApiException(
                    400,
                    "wrong-dimensions",
                    "the vector has " + vector.length + " components; those of " + version.version() + " have "
                            + version.dimensions());
        }
        if (!Vectors.isUnit(vector)) {
            throw new ApiException(
                    400,
                    "not-a-unit-vector",
                    "the vector's length is " + Math.sqrt(Vectors.squaredLength(vector)) + "; divide it by that");
        }
        return vector;
    }

    private static void requireOneQuery(SearchRequest request) {
        int queries =
                (request.image() == null ? 0 : 1) + (request.id() == null ? 0 : 1) + (request.vector() == null ? 0 : 1);
        if (queries != 1) {
            throw new ApiException(400, "bad-query", "give exactly one of image, id and vector; there are " + queries);
        }
        if (request.vector() != null && request.version() == null) {
            throw new ApiException(
                    400, "version-missing", "a vector means nothing without its space: say which version it is of");
        }
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

    private static ApiException rejected(RejectedImageException e) {
        int status = switch (e.reason()) {
            case OVERSIZE -> 413;
            case UNSUPPORTED -> 415;
            default -> 422;
        };
        String type = e.reason().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        return new ApiException(status, type, String.valueOf(e.getMessage()));
    }
}
