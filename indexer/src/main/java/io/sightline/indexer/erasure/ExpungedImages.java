package io.sightline.indexer.erasure;

import io.sightline.embedder.erasure.Holder;
import io.sightline.indexer.indexing.LaneIndex;
import io.sightline.indexer.store.Erased;
import io.sightline.indexer.store.VectorStore;
import io.sightline.schemas.avro.Erasure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What of one version's images lies on disk. To write a segment anew without one image costs as much as the segment, so
 * erasures are gathered first, the longer the larger the index is: at most about a twentieth of the time is spent on it. A
 * segment that is merged for another reason meanwhile needs none of it.
 */
final class ExpungedImages implements Holder {

    private static final Duration SHORTEST_GATHERING = Duration.ofSeconds(5);

    /** An index is written at some ten images a millisecond on one core, graph and all. */
    private static final Duration GATHERING_PER_IMAGE = Duration.ofMillis(2);

    private final HiddenImages hidden;
    private final Supplier<Optional<LaneIndex>> index;
    private final Clock clock;

    /** Since when something has been gathered; null if there is nothing. */
    private @Nullable Instant since;

    /** What is being expunged now; what comes meanwhile is gathered for the next time. */
    private Set<Erased> begun = Set.of();

    /** @param hidden for this place alone */
    ExpungedImages(HiddenImages hidden, Supplier<Optional<LaneIndex>> index, Clock clock) {
        this.hidden = hidden;
        this.index = index;
        this.clock = clock;
    }

    @Override
    public String place() {
        return hidden.place() + "/disk";
    }

    @Override
    public String id() {
        return hidden.id();
    }

    @Override
    public boolean isLasting() {
        return true;
    }

    @Override
    public Map<Erasure, String> erase(List<Erasure> pending) {
        Set<Erasure> ready = hidden.hidden(pending, "").keySet();
        Optional<LaneIndex> present = index.get();
        if (ready.isEmpty() || present.isEmpty()) {
            return Map.of();
        }
        VectorStore store = present.get().store();
        Map<Erased, Erasure> asked = new HashMap<>();
        ready.forEach(erasure -> asked.put(HiddenImages.erased(erasure), erasure));
        Set<Erased> held = store.held(asked.keySet());
        expungeIfDue(store, held);
        Map<Erasure, String> done = new HashMap<>();
        asked.forEach((erased, erasure) -> {
            if (!held.contains(erased)) {
                done.put(erasure, "no segment holds it, deleted or not");
            }
        });
        return done;
    }

    private void expungeIfDue(VectorStore store, Set<Erased> held) {
        Instant now = clock.instant();
        begun = intersection(begun, held);
        if (held.isEmpty()) {
            since = null;
        } else if (begun.isEmpty()) {
            since = since == null ? now : since;
            Duration gathering = SHORTEST_GATHERING.plus(GATHERING_PER_IMAGE.multipliedBy(store.count()));
            if (!now.isBefore(since.plus(gathering))) {
                begun = held;
                since = null;
            }
        }
        if (!begun.isEmpty()) {
            store.expunge(begun);
        }
    }

    private static Set<Erased> intersection(Set<Erased> one, Set<Erased> other) {
        return one.stream().filter(other::contains).collect(Collectors.toSet());
    }
}
