package io.sightline.indexer.deadletters;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.http.ApiException;
import io.sightline.http.ApiServer;
import io.sightline.http.AuditLog;
import io.sightline.http.ContentPolicy;
import io.sightline.http.Scope;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.avro.DeadLetterReason;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP routes of dead letters: the newest of them, what is in them, and their redrive. Thread-safe.
 *
 * <p>On failure: 503 {@code kafka-unavailable} if the brokers do not answer.
 */
public final class DeadLettersApi implements AutoCloseable {

    private static final int DEFAULT_LIMIT = 50;
    private static final int MOST_LIMIT = 500;
    private static final long MOST_REQUEST_BYTES = 64 * 1024;
    private static final Pattern ID = Pattern.compile("(\\d{1,9})-(\\d{1,18})");
    private static final String LETTER = "letter";
    private static final int MOST_AUDITED = 200;
    /** Each read of contents opens a consumer. */
    private static final int MOST_READS = 4;

    private static final long READ_PATIENCE_SECONDS = 5;

    private final RecentDeadLetters recent;
    private final DeadLetterLog log;
    private final RedriveRequests redrives;
    private final ImageLimits limits;
    private final Semaphore reads = new Semaphore(MOST_READS);

    /** Reads from the given brokers; nothing is sent before the first request. */
    public DeadLettersApi(KafkaConnection connection, ImageLimits limits) {
        this.log = new DeadLetterLog(connection, PartitionReader.Patience.SHORT);
        this.recent = new RecentDeadLetters(connection, log);
        this.redrives = new RedriveRequests(connection, recent);
        this.limits = limits;
    }

    /** Adds the routes. */
    public void route(RoutesConfig routes) {
        routes.get("/v1/dead-letters", context -> context.json(list(context)), Scope.MONITOR);
        routes.get("/v1/dead-letters/{letter}", context -> context.json(details(context)), Scope.SEARCH, Scope.MONITOR);
        // What a sender sent is for those who may see images.
        routes.get("/v1/dead-letters/{letter}/content", this::content, Scope.SEARCH, Scope.MONITOR);
        routes.post("/v1/dead-letters:redrive", context -> context.json(redrive(context)), Scope.ADMIN);
    }

    private DeadLetterAnswers.Redriven redrive(Context context) {
        RedriveRequests.Request request = ApiServer.json(context, RedriveRequests.Request.class, MOST_REQUEST_BYTES);
        return AuditLog.audited(context, "redrive", audited(request), () -> redrives.redrive(request));
    }

    private static String audited(RedriveRequests.Request request) {
        String selection = request.reason() == null ? String.valueOf(request.ids()) : request.reason();
        return selection.substring(0, Math.min(selection.length(), MOST_AUDITED));
    }

    private DeadLetterAnswers.Page list(Context context) {
        @Nullable String reason = context.queryParam("reason");
        DeadLetterSelection selection = new DeadLetterSelection(reason == null ? null : reason(reason), null, Set.of());
        int limit = limit(context.queryParam("limit"));
        RecentDeadLetters.Recent known = look();
        Map<DeadLetterReason, Long> reasons = known.events().stream()
                .collect(Collectors.groupingBy(DeadLetterView::reason, TreeMap::new, Collectors.counting()));
        List<DeadLetterView> selected =
                known.events().stream().filter(selection).toList();
        int from = behind(selected, context.queryParam("after"));
        int until = Math.min(selected.size(), from + limit);
        return new DeadLetterAnswers.Page(
                reasons,
                known.complete(),
                selected.subList(from, until).stream()
                        .map(DeadLetterAnswers.Entry::of)
                        .toList(),
                until < selected.size() ? DeadLetterAnswers.id(selected.get(until - 1)) : null);
    }

    /** What came meanwhile is before the page, so none comes twice. */
    private static int behind(List<DeadLetterView> events, @Nullable String after) {
        if (after == null) {
            return 0;
        }
        for (int i = 0; i < events.size(); i++) {
            if (DeadLetterAnswers.id(events.get(i)).equals(after)) {
                return i + 1;
            }
        }
        throw new ApiException(
                404, "unknown-dead-letter", "'" + after + "' is not among these any more; begin with the first page");
    }

    private DeadLetterAnswers.Details details(Context context) {
        DeadLetterView view = find(context.pathParam(LETTER));
        return DeadLetterAnswers.Details.of(view, contents(view));
    }

    /** The bytes are those that nobody could use: only what passes the limits is shown to a browser, and nothing in it is run. */
    private void content(Context context) {
        DeadLetterView view = find(context.pathParam(LETTER));
        byte[] image = contents(view)
                .original()
                .flatMap(OriginalEvent::image)
                .orElseThrow(() -> new ApiException(
                        404, "no-content", view.origin() + " holds no image, or is not there any more"));
        String type;
        try {
            type = limits.check(image).format().mediaType();
        } catch (RejectedImageException e) {
            throw new ApiException(
                    415, "not-shown", "the image of " + view.origin() + " is not shown: " + e.getMessage());
        }
        context.header("Cache-Control", "private, no-cache");
        ContentPolicy.STRANGE.appliesTo(context);
        context.contentType(type).result(image);
    }

    private DeadLetterView find(String id) {
        Matcher matcher = ID.matcher(id);
        if (!matcher.matches()) {
            throw new ApiException(
                    400, "bad-id", "'" + id + "' is no dead letter: give its partition and offset, for instance 0-17");
        }
        try {
            return recent.find(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)))
                    .orElseThrow(() -> new ApiException(
                            404,
                            "unknown-dead-letter",
                            "there is no dead letter " + id + " among the newest " + RecentDeadLetters.MOST_EVENTS
                                    + "; `sightline dead-letters show` finds older ones"));
        } catch (IllegalStateException e) {
            throw unavailable(e);
        }
    }

    private DeadLetterContents contents(DeadLetterView view) {
        requireRead();
        try {
            return log.contents(view);
        } catch (IllegalStateException | KafkaException e) {
            throw unavailable(e);
        } finally {
            reads.release();
        }
    }

    private void requireRead() {
        try {
            if (reads.tryAcquire(READ_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new ApiException(
                503,
                "too-many-reads",
                "too many dead letters are being read from the brokers; try again in a few seconds");
    }

    private RecentDeadLetters.Recent look() {
        try {
            return recent.look();
        } catch (IllegalStateException e) {
            throw unavailable(e);
        }
    }

    static ApiException unavailable(RuntimeException cause) {
        return new ApiException(503, "kafka-unavailable", String.valueOf(cause.getMessage()));
    }

    static DeadLetterReason reason(String text) {
        return Arrays.stream(DeadLetterReason.values())
                .filter(one -> one.name().equals(text))
                .findFirst()
                .orElseThrow(() -> new ApiException(
                        400,
                        "out-of-range",
                        "reason must be one of " + Arrays.toString(DeadLetterReason.values()) + ", not '" + text
                                + "'"));
    }

    private static int limit(@Nullable String text) {
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        if (!text.matches("\\d{1,3}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MOST_LIMIT) {
            throw new ApiException(400, "out-of-range", "limit must be 1 to " + MOST_LIMIT + ", not '" + text + "'");
        }
        return Integer.parseInt(text);
    }

    @Override
    public void close() {
        recent.close();
    }
}
