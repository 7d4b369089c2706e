package io.sightline.indexer.deadletters;

import io.sightline.schemas.avro.DeadLetterReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event that at least one version gave up, without its content and stacks: some hundred bytes. Immutable.
 *
 * @param origin where the event lies
 * @param key its key, the id of its image; null if it has none
 * @param verdicts what each version says, at least one, oldest first
 */
public record DeadLetterView(Coordinates origin, @Nullable String key, List<Verdict> verdicts) {

    /** The one that was given up last comes first. */
    public static final Comparator<DeadLetterView> NEWEST_FIRST =
            Comparator.comparing(DeadLetterView::newest, Verdict.OLDEST_FIRST).reversed();

    /**
     * Copies the verdicts.
     *
     * @throws IllegalArgumentException if there are none
     */
    public DeadLetterView {
        if (verdicts.isEmpty()) {
            throw new IllegalArgumentException(origin + " was given up by nobody");
        }
        verdicts = List.copyOf(verdicts);
    }

    /**
     * What one version says.
     *
     * @param version the version, empty if the dead letter names none
     * @param reason why it gave the event up
     * @param detail the same in words
     * @param time when
     * @param letter where its dead letter lies
     */
    public record Verdict(String version, DeadLetterReason reason, String detail, Instant time, Coordinates letter) {

        private static final Comparator<Verdict> OLDEST_FIRST = Comparator.comparing(Verdict::time)
                .thenComparingLong(verdict -> verdict.letter().offset());
    }

    /** The verdict that was written last. */
    public Verdict newest() {
        return verdicts.getLast();
    }

    /** Why the event was given up, by the newest verdict. */
    public DeadLetterReason reason() {
        return newest().reason();
    }

    /** The versions that gave it up, oldest verdict first. */
    public List<String> versions() {
        return verdicts.stream().map(Verdict::version).toList();
    }

    /** This event with the verdicts of another view of it, the newest of each version. */
    DeadLetterView with(DeadLetterView other) {
        List<Verdict> all = new ArrayList<>(verdicts);
        for (Verdict verdict : other.verdicts) {
            all.removeIf(earlier -> earlier.version().equals(verdict.version()));
            all.add(verdict);
        }
        return new DeadLetterView(origin, key, all);
    }
}
