package io.sightline.embedder.versions;

import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The state of all model versions at one point of {@code sightline.models}. Immutable.
 *
 * <p>Anybody may write to the topic, and everyone who reads it comes to the same state without asking anybody: an event
 * has an effect if {@link Transitions} knows its step and it was decided on the state that it meets, that is, if the
 * newest event with an effect is the one that it names as its basis. Of several processes that decide at the same time
 * the first one's word holds, and the others can see that theirs does not.
 *
 * <p>The active version is the one whose ACTIVE event is the newest, so a swap is a single record: the RETIRED event
 * of the old version follows as bookkeeping, and a crash between the two changes nothing for anyone. The version that
 * back-fills is likewise the one whose STAGED event is the newest: to promote a candidate is a single record too, and
 * whatever back-filled before it counts as REJECTED from then on.
 */
public final class ModelVersions {

    /** Before anything was published. */
    public static final ModelVersions NONE = new ModelVersions(Map.of(), new TreeMap<>(), null, -1, -1);

    private static final String PREFIX = "v";
    private static final int REFUSALS = 1000;

    private final Map<String, List<Step>> histories;
    private final NavigableMap<Long, String> refusals;
    /** The version that was staged last, whatever became of it. */
    private final @Nullable String lastStaged;

    private final long basis;
    private final long lastSeen;

    private ModelVersions(
            Map<String, List<Step>> histories,
            NavigableMap<Long, String> refusals,
            @Nullable String lastStaged,
            long basis,
            long lastSeen) {
        this.histories = histories;
        this.refusals = refusals;
        this.lastStaged = lastStaged;
        this.basis = basis;
        this.lastSeen = lastSeen;
    }

    /** An event that had an effect, and where it lies. */
    public record Step(ModelEvent event, long offset) {}

    /** This state after one more event, whether it has an effect or not. */
    public ModelVersions with(ModelEvent event, long offset) {
        @Nullable String refusal = judge(event);
        if (refusal != null) {
            NavigableMap<Long, String> more = new TreeMap<>(refusals);
            more.put(offset, refusal);
            if (more.size() > REFUSALS) {
                more.pollFirstEntry();
            }
            return new ModelVersions(histories, more, lastStaged, basis, offset);
        }
        Map<String, List<Step>> next = new TreeMap<>(histories);
        List<Step> history = new ArrayList<>(history(event.getVersion()));
        history.add(new Step(event, offset));
        next.put(event.getVersion(), List.copyOf(history));
        String staged = event.getStatus() == ModelStatus.STAGED ? event.getVersion() : lastStaged;
        return new ModelVersions(next, refusals, staged, offset, offset);
    }

    /** Why an event has no effect here; null if it has one. */
    private @Nullable String judge(ModelEvent event) {
        String version = event.getVersion();
        Optional<Cause> cause = Cause.of(event.getCause());
        if (cause.isEmpty()) {
            return version + " " + event.getStatus() + ": there is no cause '" + event.getCause() + "'";
        }
        @Nullable ModelStatus from = find(version).map(this::status).orElse(null);
        String step = version + " from " + (from == null ? "nowhere" : from) + " to " + event.getStatus() + ", "
                + event.getCause();
        if (from != null && event.getBasedOn() != basis) {
            return step + ": decided on the state of offset " + event.getBasedOn()
                    + ", but the state is that of offset " + basis;
        }
        if (!Transitions.isLegal(from, event.getStatus(), cause.get())) {
            return step + ": there is no such transition";
        }
        if (cause.get() == Cause.ROLLED_BACK && isOver(find(version).orElseThrow(), event.getEventTime())) {
            return step + ": its grace was over, lane and index are being removed";
        }
        if (from == ModelStatus.REJECTED && find(version).orElseThrow().getStatus() == ModelStatus.REJECTED) {
            return step + ": it is over for this version";
        }
        List<ModelEvent> staged = withStatus(ModelStatus.STAGED);
        if (event.getStatus() == ModelStatus.STAGED && cause.get() != Cause.PROMOTED && !staged.isEmpty()) {
            return step + ": " + staged.getFirst().getVersion() + " is STAGED, and only one can be";
        }
        return null;
    }

    /** Why the event at an offset had no effect; empty if it had one, or was seen long ago. */
    public Optional<String> refusal(long offset) {
        return Optional.ofNullable(refusals.get(offset));
    }

    /** The version that answers searches. */
    public Optional<ModelEvent> active() {
        return newest().filter(step -> step.event.getStatus() == ModelStatus.ACTIVE)
                .max(Comparator.comparingLong(Step::offset))
                .map(Step::event);
    }

    /** The version that answered before the active one and is still kept. */
    public Optional<ModelEvent> before(Instant now) {
        String active = active().map(ModelEvent::getVersion).orElse("");
        return live(now).stream()
                .filter(event -> !event.getVersion().equals(active))
                .filter(event -> lastActivation(event.getVersion()) >= 0)
                .max(Comparator.comparingLong(event -> lastActivation(event.getVersion())));
    }

    private long lastActivation(String version) {
        return history(version).stream()
                .filter(step -> step.event.getStatus() == ModelStatus.ACTIVE)
                .mapToLong(Step::offset)
                .max()
                .orElse(-1);
    }

    private static boolean isOver(ModelEvent event, Instant now) {
        return event.getExpiresAt() != null && !event.getExpiresAt().isAfter(now);
    }

    /** The newest event of a version. */
    public Optional<ModelEvent> find(String version) {
        List<Step> history = history(version);
        return history.isEmpty() ? Optional.empty() : Optional.of(history.getLast().event);
    }

    /** All that became of a version, oldest first; empty if there is no such version. */
    public List<Step> history(String version) {
        return histories.getOrDefault(version, List.of());
    }

    /** All versions with the given {@link #status}, oldest version first. */
    public List<ModelEvent> withStatus(ModelStatus status) {
        return all().stream().filter(event -> status(event) == status).toList();
    }

    /** All versions, oldest first. */
    public List<ModelEvent> all() {
        return newest().map(Step::event)
                .sorted(Comparator.comparingLong(event -> number(event.getVersion())))
                .toList();
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

    /**
     * The status that follows from the whole topic, where {@link ModelEvent#getStatus()} is a version's own last word: an
     * ACTIVE version that was replaced is RETIRED, and a STAGED one whose place another one has taken is REJECTED.
     */
    public ModelStatus status(ModelEvent event) {
        return switch (event.getStatus()) {
            case ACTIVE ->
                active().map(ModelEvent::getVersion).equals(Optional.of(event.getVersion()))
                        ? ModelStatus.ACTIVE
                        : ModelStatus.RETIRED;
            case STAGED -> event.getVersion().equals(lastStaged) ? ModelStatus.STAGED : ModelStatus.REJECTED;
            case CANDIDATE, RETIRED, REJECTED -> event.getStatus();
        };
    }

    /** Offset of the newest event that had an effect, -1 if there is none: what a decision on this state is based on. */
    public long basis() {
        return basis;
    }

    /** Offset of the newest event behind this state, whether it had an effect or not; -1 if there is none. */
    public long lastSeen() {
        return lastSeen;
    }

    /** A name that was never used. */
    public String nextVersion() {
        long last = histories.keySet().stream()
                .mapToLong(ModelVersions::number)
                .max()
                .orElse(0);
        return PREFIX + (last + 1);
    }

    private Stream<Step> newest() {
        return histories.values().stream().map(List::getLast);
    }

    private boolean isLive(ModelEvent event, Instant now) {
        return switch (event.getStatus()) {
            case STAGED -> status(event) == ModelStatus.STAGED;
            case ACTIVE -> true;
            case RETIRED -> !isOver(event, now);
            case CANDIDATE, REJECTED -> false;
        };
    }

    private static long number(String version) {
        String digits = version.startsWith(PREFIX) ? version.substring(PREFIX.length()) : version;
        return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : 0;
    }
}
