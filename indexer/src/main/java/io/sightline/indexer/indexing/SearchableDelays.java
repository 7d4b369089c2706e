package io.sightline.indexer.indexing;

import io.sightline.indexer.store.StoredImage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How long images took from their event to the moment at which searches find them. Only of the version that answers: what
 * another one embeds is a back-fill, whose images have been searchable all along, in the index of the active version. Images
 * that waited while a service was down count with all of their wait, since for those who search they were not there; but events
 * older than {@link #LONGEST} are left out, since most of those are dead letters that somebody had tried again, with the time
 * at which they came first. Clocks that differ make it wrong by their difference; it is never negative. Thread-safe if those
 * that are told are.
 */
public final class SearchableDelays implements SearchableListener {

    /** An event that is older when it becomes searchable says nothing about how fresh searches are. */
    public static final Duration LONGEST = Duration.ofHours(1);

    private final Supplier<Optional<String>> active;
    private final Clock clock;
    private final List<Consumer<Duration>> told;

    /**
     * Tells each delay.
     *
     * @param active the version that answers
     * @param told of every image, in turn
     */
    public SearchableDelays(Supplier<Optional<String>> active, Clock clock, List<Consumer<Duration>> told) {
        this.active = active;
        this.clock = clock;
        this.told = List.copyOf(told);
    }

    @Override
    public void searchable(List<StoredImage> images) {
        String version = active.get().orElse("");
        Instant now = clock.instant();
        for (StoredImage image : images) {
            if (image.version().equals(version)) {
                Duration took = Duration.between(image.eventTime(), now);
                if (took.compareTo(LONGEST) <= 0) {
                    Duration delay = took.isNegative() ? Duration.ZERO : took;
                    told.forEach(one -> one.accept(delay));
                }
            }
        }
    }
}
