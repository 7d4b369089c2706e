package io.sightline.indexer.search;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.sightline.http.ApiException;
import io.sightline.http.Scope;
import io.sightline.indexer.store.VectorStore;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/labels}: labels of the index, those of most images first. They are counted every few seconds at most. Thread-safe. */
final class LabelsApi {

    static final int DEFAULT_LIMIT = 100;
    static final int MOST_LIMIT = 10_000;

    private final ServingSwitch serving;
    private final LabelCounts counts = new LabelCounts(VectorStore::labels, System::nanoTime);

    LabelsApi(ServingSwitch serving) {
        this.serving = serving;
    }

    private record Answer(String version, int total, List<LabelCounts.Label> labels) {}

    void register(RoutesConfig routes) {
        routes.get("/v1/labels", context -> context.json(labels(context)), Scope.SEARCH);
    }

    private Answer labels(Context context) {
        int limit = limit(context.queryParam("limit"));
        @Nullable String contains = context.queryParam("contains");
        String wanted = contains == null ? "" : contains.toLowerCase(Locale.ROOT);
        return serving.answer(version -> {
            List<LabelCounts.Label> fitting = counts.of(version.store()).stream()
                    .filter(counted -> counted.lowerCase().contains(wanted))
                    .map(LabelCounts.Counted::label)
                    .toList();
            return new Answer(
                    version.version(),
                    fitting.size(),
                    fitting.stream().limit(limit).toList());
        });
    }

    private static int limit(@Nullable String text) {
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MOST_LIMIT) {
            throw new ApiException(400, "out-of-range", "limit must be 1 to " + MOST_LIMIT + ", not '" + text + "'");
        }
        return Integer.parseInt(text);
    }
}
