package io.sightline.indexer.deadletters;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.PayloadReference;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the routes of dead letters answer. */
final class DeadLetterAnswers {

    private DeadLetterAnswers() {}

    /** Of {@code GET /v1/dead-letters}; complete is whether the reasons count all there are. */
    record Page(
            Map<DeadLetterReason, Long> reasons,
            boolean complete,
            List<Entry> events,
            @Nullable String next) {}

    /** A dead event in a list; its id is where its newest dead letter lies. */
    record Entry(
            String id,
            @Nullable String key,
            DeadLetterReason reason,
            String detail,
            Instant time,
            List<String> versions,
            Coordinates origin) {

        static Entry of(DeadLetterView view) {
            DeadLetterView.Verdict newest = view.newest();
            return new Entry(
                    DeadLetterAnswers.id(view),
                    view.key(),
                    view.reason(),
                    newest.detail(),
                    newest.time(),
                    view.versions(),
                    view.origin());
        }
    }

    /** Of {@code GET /v1/dead-letters/{letter}}. */
    record Details(
            Entry event, List<Verdict> verdicts, @Nullable Original original) {

        static Details of(DeadLetterView view, DeadLetterContents contents) {
            List<Verdict> verdicts = IntStream.range(0, view.verdicts().size())
                    .mapToObj(i ->
                            Verdict.of(view.verdicts().get(i), contents.stacks().get(i)))
                    .toList();
            return new Details(
                    Entry.of(view),
                    verdicts,
                    contents.original().map(Original::of).orElse(null));
        }
    }

    /** What one version said. */
    record Verdict(String version, DeadLetterReason reason, String detail, Instant time, String stack) {

        private static Verdict of(DeadLetterView.Verdict verdict, String stack) {
            return new Verdict(verdict.version(), verdict.reason(), verdict.detail(), verdict.time(), stack);
        }
    }

    /** The event as it was; what it says of itself is null if it cannot be decoded. */
    record Original(
            int bytes,
            @Nullable String contentType,
            @Nullable String source,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Map<String, String> tags,

            @Nullable Instant eventTime,
            @Nullable String reference,
            boolean image) {

        private static Original of(OriginalEvent original) {
            Optional<ImageEvent> event = original.event();
            return new Original(
                    original.value().length,
                    event.map(ImageEvent::getContentType).orElse(null),
                    event.map(ImageEvent::getSource).orElse(null),
                    event.map(ImageEvent::getTags).orElse(null),
                    event.map(ImageEvent::getEventTime).orElse(null),
                    event.map(ImageEvent::getPayload)
                            .filter(PayloadReference.class::isInstance)
                            .map(payload -> withoutQuery(((PayloadReference) payload).getUri()))
                            .orElse(null),
                    original.image().isPresent());
        }

        /** The query of an address may hold a signature that lets everybody fetch. */
        private static String withoutQuery(String uri) {
            return uri.replaceFirst("(?s)[?#].*", "");
        }
    }

    /** Of {@code POST /v1/dead-letters:redrive}; left is how many can be sent still. */
    record Redriven(int selected, int sent, int skipped, int failed, int left, List<One> results) {}

    /** What was done with one. */
    record One(String id, @Nullable String key, Redrive.Outcome outcome, String explanation) {}

    /** Where the newest dead letter of an event lies, written partition-offset. */
    static String id(DeadLetterView view) {
        Coordinates letter = view.newest().letter();
        return letter.partition() + "-" + letter.offset();
    }
}
