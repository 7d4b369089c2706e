package io.sightline.indexer.search;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.sightline.http.ApiException;
import io.sightline.http.ApiServer;
import io.sightline.http.Scope;
import io.sightline.indexer.rollout.gates.LiveQueries;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/search} and {@code POST /v1/search:batch}: from HTTP to requests. Thread-safe. */
final class SearchRoutes {

    /** A base64 image in JSON is a third longer than the image. */
    static final long MAX_REQUEST_BYTES = 12L * 1024 * 1024;

    private static final String TAG_PREFIX = "tag.";

    private final SearchService search;
    private final BatchSearch batch;
    private final LongAdder answered;
    private final SearchMeters meters;

    /**
     * Answers from a switch.
     *
     * @param answered counts the searches, those of a batch one by one
     * @param meters of the requests
     */
    SearchRoutes(ServingSwitch serving, LiveQueries liveQueries, LongAdder answered, SearchMeters meters) {
        this.answered = answered;
        this.meters = meters;
        this.search = new SearchService(serving, liveQueries);
        this.batch = new BatchSearch(serving);
    }

    void register(RoutesConfig routes) {
        routes.post(
                "/v1/search",
                context -> {
                    context.json(search(request(context)));
                    answered.increment();
                },
                Scope.SEARCH);
        routes.post(
                "/v1/search:batch",
                context -> {
                    BatchSearch.Answers answer =
                            batch(ApiServer.json(context, BatchSearch.Request.class, MAX_REQUEST_BYTES));
                    context.json(answer);
                    answered.add(answer.answers().size());
                },
                Scope.SEARCH);
    }

    private SearchAnswer search(SearchRequest request) {
        return meters.timed(SearchMeters.Kind.of(request), () -> search.search(request));
    }

    private BatchSearch.Answers batch(BatchSearch.Request request) {
        return meters.timed(SearchMeters.Kind.BATCH, () -> batch.search(request));
    }

    /** A request in JSON, or an image as it is with all else in the query string. */
    private static SearchRequest request(Context context) {
        String type = context.contentType() == null ? "" : context.contentType();
        if (type.startsWith("application/json")) {
            return ApiServer.json(context, SearchRequest.class, MAX_REQUEST_BYTES);
        }
        byte[] image = ApiServer.body(context, MAX_REQUEST_BYTES);
        Map<String, FilterRequest.Tag> tags = new HashMap<>();
        context.queryParamMap().forEach((name, values) -> {
            if (name.startsWith(TAG_PREFIX)) {
                tags.put(name.substring(TAG_PREFIX.length()), new FilterRequest.Tag(values, null));
            }
        });
        @Nullable Integer most = number(context, "diversify");
        return new SearchRequest(
                image,
                null,
                null,
                context.queryParam("version"),
                number(context, "k"),
                number(context, "ef"),
                new FilterRequest(
                        context.queryParams("label").isEmpty() ? null : context.queryParams("label"), tags, null),
                false,
                most == null ? null : new Diversify(null, most),
                context.queryParam("after"),
                isTrue(context, "explain"));
    }

    private static @Nullable Integer number(Context context, String name) {
        String value = context.queryParam(name);
        try {
            return value == null ? null : Integer.valueOf(value);
        } catch (NumberFormatException e) {
            throw new ApiException(400, "out-of-range", name + " must be a whole number, not '" + value + "'");
        }
    }

    private static boolean isTrue(Context context, String name) {
        String value = context.queryParam(name);
        if (value == null || value.equals("false")) {
            return false;
        }
        if (value.equals("true")) {
            return true;
        }
        throw new ApiException(400, "out-of-range", name + " must be true or false, not '" + value + "'");
    }
}
