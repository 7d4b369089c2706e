package io.sightline.indexer.deadletters;

import io.sightline.schemas.avro.DeadLetterReason;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which dead events are meant: those that fit everything that is given. Immutable.
 *
 * @param reason only this one, by the newest verdict; null for any
 * @param key only this one; null for any
 * @param origins only these; empty for any
 */
public record DeadLetterSelection(
        @Nullable DeadLetterReason reason, @Nullable String key, Set<Coordinates> origins)
        implements Predicate<DeadLetterView> {

    /** Every dead event. */
    public static final DeadLetterSelection ALL = new DeadLetterSelection(null, null, Set.of());

    /** Copies the coordinates. */
    public DeadLetterSelection {
        origins = Set.copyOf(origins);
    }

    @Override
    public boolean test(DeadLetterView view) {
        return (reason == null || view.reason() == reason)
                && (key == null || key.equals(view.key()))
                && (origins.isEmpty() || origins.contains(view.origin()));
    }
}
