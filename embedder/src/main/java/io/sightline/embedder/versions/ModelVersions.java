package io.sightline.embedder.versions;

import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The state of all model versions at one point of {@code sightline.models}. Immutable.
 *
 * <p>The active version is the one whose ACTIVE event is the newest, so a swap is a single record: the RETIRED event
 * of the old version follows as bookkeeping, and a crash between the two changes nothing for anyone.
 */
public final class ModelVersions {

    /** Before anything was published. */
    public static final ModelVersions NONE = new ModelVersions(Map.of());

    private static final String PREFIX = "v";

    private final Map<String, Entry> entries;

    private ModelVersions(Map<String, Entry> entries) {
        this.entries = entries;
    }

    /** This state with one more event applied. */
    public ModelVersions with(ModelEvent event, long offset) {
        Map<String, Entry> next = new TreeMap<>(entries);
        next.put(event.getVersion(), new Entry(event, offset));
        return new ModelVersions(next);
    }

    /** The version that answers searches. */
    public Optional<ModelEvent> active() {
        return entries.values().stream()
                .filter(entry -> entry.event.getStatus() == ModelStatus.ACTIVE)
                .max(Comparator.comparingLong(Entry::offset))
                .map(Entry::event);
    }

    /** The newest event of a version. */
    public Optional<ModelEvent> find(String version) {
        return Optional.ofNullable(entries.get(version)).map(Entry::event);
    }

    /** All versions with the given status, oldest version first. An ACTIVE version that was replaced counts as RETIRED. */
    public List<ModelEvent> withStatus(ModelStatus status) {
        return all().stream().filter(event -> status(event) == status).toList();
    }

    /** All versions, oldest first. */
    public List<ModelEvent> all() {
        List<ModelEvent> events =
                new ArrayList<>(entries.values().stream().map(Entry::event).toList());
        events.sort(Comparator.comparingLong(event -> number(event.getVersion())));
        return events;
    }

    /** The versions that must have a lane and an index now: staged, active, and retired but still within their grace. */
    public List<ModelEvent> live(Instant now) {
        return all().stream().filter(event -> isLive(event, now)).toList();
    }

    /** The retired versions whose lane, topic and index are to be removed. */
    public List<ModelEvent> expired(Instant now) {
        return all().stream()
                .filter(event -> event.getStatus() == ModelStatus.RETIRED && !isLive(event, now))
                .toList();
    }

    /** The status that follows from the whole topic, where {@link ModelEvent#getStatus()} is a version's own last word. */
    public ModelStatus status(ModelEvent event) {
        boolean replaced = event.getStatus() == ModelStatus.ACTIVE
                && !active().map(ModelEvent::getVersion).equals(Optional.of(event.getVersion()));
        return replaced ? ModelStatus.RETIRED : event.getStatus();
    }

    /** Offset of the newest event behind this state, -1 if there is none. */
    public long lastOffset() {
        return entries.values().stream().mapToLong(Entry::offset).max().orElse(-1);
    }

    /** A name that was never used. */
    public String nextVersion() {
        long last =
                entries.keySet().stream().mapToLong(ModelVersions::number).max().orElse(0);
        return PREFIX + (last + 1);
    }

    private static boolean isLive(ModelEvent event, Instant now) {
        return switch (event.getStatus()) {
            case STAGED, ACTIVE -> true;
            case RETIRED -> event.getExpiresAt() == null || event.getExpiresAt().isAfter(now);
            case CANDIDATE, REJECTED -> false;
        };
    }

    private static long number(String version) {
        String digits = version.startsWith(PREFIX) ? version.substring(PREFIX.length()) : version;
        return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : 0;
    }

    private record Entry(ModelEvent event, long offset) {}
}
