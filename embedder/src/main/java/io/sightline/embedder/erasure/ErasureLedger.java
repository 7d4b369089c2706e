package io.sightline.embedder.erasure;

import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Erasure;
import io.sightline.schemas.avro.ErasureDone;
import io.sightline.schemas.avro.ErasureHolder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * What {@code sightline.erasures} says, in memory: about a kilobyte an erasure of the last ninety days. Thread-safe.
 *
 * <p>An erasure is named by its image and by where the deletion lies. An image that is sent again and deleted again has
 * a new one, and what was done about the one before counts no more.
 */
public final class ErasureLedger {

    /** A holder in memory that was not seen for that long is gone. */
    static final Duration LONGEST_SILENCE = Duration.ofSeconds(90);

    /** A version that back-fills has all that there are before it. */
    private static final int AT_ONCE = 10_000;

    private static final Comparator<ErasureReport.Place> BY_NAME =
            Comparator.comparing(ErasureReport.Place::place).thenComparing(ErasureReport.Place::holder);

    private final Map<String, Announced> erasures = new LinkedHashMap<>();
    private final Map<Place, Map<String, ErasureDone>> done = new HashMap<>();
    private final Map<Place, ErasureHolder> holders = new HashMap<>();

    /** Of those that were asked for: what is left to do, by image. */
    private final Map<Place, Map<String, Erasure>> pending = new HashMap<>();

    /** An erasure, and where in the topic it was announced last. */
    private record Announced(Erasure erasure, long at) {}

    /** One store of a kind. */
    record Place(String name, String holder) {}

    /**
     * Takes a record in.
     *
     * @param value null if a holder is withdrawn
     * @param at its offset
     */
    public synchronized void apply(String key, @Nullable SpecificRecord value, long at) {
        switch (value) {
            case null -> withdraw(key);
            case Erasure erasure -> begin(erasure, at);
            case ErasureDone finished -> finish(finished);
            case ErasureHolder holder -> holders.put(new Place(holder.getPlace(), holder.getHolder()), holder);
            default ->
                throw new IllegalArgumentException(
                        "a " + value.getClass().getSimpleName() + " does not belong into " + Topics.ERASURES);
        }
    }

    private void withdraw(String key) {
        List<Place> gone = holders.keySet().stream()
                .filter(place ->
                        ErasureTopic.holderKey(place.name, place.holder).equals(key))
                .toList();
        gone.forEach(place -> {
            holders.remove(place);
            pending.remove(place);
        });
    }

    private void begin(Erasure erasure, long at) {
        Announced known = erasures.get(erasure.getId());
        if (known != null && isAfter(known.erasure, erasure)) {
            return;
        }
        // At the end again: the oldest come first.
        erasures.remove(erasure.getId());
        Announced announced = new Announced(erasure, at);
        erasures.put(erasure.getId(), announced);
        pending.forEach((place, left) -> {
            if (isLeftTo(place, announced)) {
                left.put(erasure.getId(), erasure);
            }
        });
    }

    /** A deletion of another partition is of a topic that was made anew: then the time decides. */
    private static boolean isAfter(Erasure one, Erasure other) {
        return one.getPartition() == other.getPartition()
                ? one.getOffset() > other.getOffset()
                : one.getRequestedTime().isAfter(other.getRequestedTime());
    }

    private void finish(ErasureDone finished) {
        Place place = new Place(finished.getPlace(), finished.getHolder());
        done.computeIfAbsent(place, key -> new HashMap<>()).put(finished.getId(), finished);
        Map<String, Erasure> left = pending.get(place);
        Erasure erasure = left == null ? null : left.get(finished.getId());
        if (left != null && erasure != null && isOf(finished, erasure)) {
            left.remove(finished.getId());
        }
    }

    /** Whether a place has to say that an erasure is done, and has not. */
    private boolean isLeftTo(Place place, Announced announced) {
        ErasureHolder holder = holders.get(place);
        boolean concerned = holder == null || announced.at >= holder.getSince();
        Map<String, ErasureDone> own = done.getOrDefault(place, Map.of());
        return concerned && !isOf(own.get(announced.erasure.getId()), announced.erasure);
    }

    private static boolean isOf(@Nullable ErasureDone finished, Erasure erasure) {
        return finished != null
                && finished.getPartition() == erasure.getPartition()
                && finished.getOffset() == erasure.getOffset();
    }

    /** Whether an image event was deleted since: nothing is to be made of it any more. */
    public synchronized boolean isErased(String id, int partition, long offset) {
        Announced known = erasures.get(id);
        return known != null && known.erasure.getPartition() == partition && offset < known.erasure.getOffset();
    }

    /**
     * Erasures of which a place has not said that they are done, the oldest first, some thousands at most; none before the
     * place is known to the topic.
     */
    synchronized List<Erasure> pending(String place, String holder) {
        Place key = new Place(place, holder);
        if (!holders.containsKey(key)) {
            return List.of();
        }
        return pending.computeIfAbsent(key, this::leftTo).values().stream()
                .limit(AT_ONCE)
                .toList();
    }

    private Map<String, Erasure> leftTo(Place place) {
        Map<String, Erasure> left = new LinkedHashMap<>();
        erasures.forEach((id, announced) -> {
            if (isLeftTo(place, announced)) {
                left.put(id, announced.erasure);
            }
        });
        return left;
    }

    /** The places of a holder that exist, to the knowledge of the topic. */
    synchronized Set<String> placesOf(String holder) {
        return holders.keySet().stream()
                .filter(place -> place.holder.equals(holder))
                .map(Place::name)
                .collect(Collectors.toSet());
    }

    /** When each holder was seen last, at any of its places. */
    synchronized Map<String, Instant> seen() {
        Map<String, Instant> seen = new TreeMap<>();
        holders.forEach((place, holder) ->
                seen.merge(place.holder, holder.getSeenTime(), (one, other) -> one.isAfter(other) ? one : other));
        return seen;
    }

    /** How far an erasure is; empty if none is known of the image. */
    public synchronized Optional<ErasureReport> report(String id, Instant now) {
        return Optional.ofNullable(erasures.get(id)).map(announced -> report(announced, now));
    }

    private ErasureReport report(Announced announced, Instant now) {
        Erasure erasure = announced.erasure;
        List<ErasureReport.Place> places = new ArrayList<>();
        done.forEach((place, ofPlace) -> {
            ErasureDone finished = ofPlace.get(erasure.getId());
            if (finished != null && isOf(finished, erasure)) {
                places.add(new ErasureReport.Place(
                        place.name,
                        place.holder,
                        ErasureReport.State.ERASED,
                        finished.getDoneTime(),
                        finished.getDetail()));
            }
        });
        boolean complete = true;
        for (Map.Entry<Place, ErasureHolder> holder : holders.entrySet()) {
            Place place = holder.getKey();
            boolean isThere = holder.getValue().getLasting()
                    || holder.getValue().getSeenTime().plus(LONGEST_SILENCE).isAfter(now);
            if (isThere && isLeftTo(place, announced)) {
                complete = false;
                places.add(new ErasureReport.Place(
                        place.name, place.holder, ErasureReport.State.PENDING, null, "may still be there"));
            }
        }
        places.sort(BY_NAME);
        // With no holder at all nobody has looked.
        boolean erased = complete && !places.isEmpty();
        return new ErasureReport(
                erasure.getId(),
                erasure.getRequestedTime(),
                erasure.getPartition(),
                erasure.getOffset(),
                erased ? ErasureReport.State.ERASED : ErasureReport.State.PENDING,
                List.copyOf(places));
    }
}
