package io.sightline.indexer.search;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.sightline.http.ApiException;
import io.sightline.http.Scope;
import io.sightline.indexer.store.VectorStore;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/labels}: labels of the index, those of most images first. They are counted every few seconds at most. Thread-safe. */
final class LabelsApi {

    static final int DEFAULT_LIMIT = 100;
    static final int MOST_LIMIT = 10_000;

    private static final Duration KEPT = Duration.ofSeconds(10);
    private static final Comparator<Label> ORDER =
            Comparator.comparingLong(Label::images).reversed().thenComparing(Label::label);

    private final ServingSwitch serving;
    private final AtomicReference<@Nullable Counted> last = new AtomicReference<>();

    LabelsApi(ServingSwitch serving) {
        this.serving = serving;
    }

    private record Label(String label, long images) {}

    private record Counted(VectorStore store, long nanos, List<Label> labels) {}

    private record Answer(String version, int total, List<Label> labels) {}

    void register(RoutesConfig routes) {
        routes.get("/v1/labels", context -> context.json(labels(context)), Scope.SEARCH);
    }

    private Answer labels(Context context) {
        int limit = limit(context.queryParam("limit"));
        @Nullable String contains = context.queryParam("contains");
        String wanted = contains == null ? "" : contains.toLowerCase(Locale.ROOT);
        return serving.answer(version -> {
            List<Label> fitting = counted(version.store()).stream()
                    .filter(label -> label.label().toLowerCase(Locale.ROOT).contains(wanted))
                    .toList();
            return new Answer(
                    version.version(),
                    fitting.size(),
                    fitting.stream().limit(limit).toList());
        });
    }

    private List<Label> counted(VectorStore store) {
        Counted known = last.get();
        if (known != null && known.store.equals(store) && System.nanoTime() - known.nanos < KEPT.toNanos()) {
            return known.labels;
        }
        List<Label> labels = store.labels().entrySet().stream()
                .map(one -> new Label(one.getKey(), one.getValue()))
                .sorted(ORDER)
                .toList();
        last.set(new Counted(store, System.nanoTime(), labels));
        return labels;
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
