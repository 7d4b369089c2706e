package io.sightline.embedder.versions;

import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.time.Instant;
import java.util.function.ToLongFunction;

/**
 * Takes versions through their states where there is no trainer and no rollout: in benchmarks, fault runs and tests. It
 * must be the only one to decide. Thread-safe.
 */
public final class SoleDecider {

    private static final String REASON = "decided by hand";

    private final ToLongFunction<ModelEvent> log;
    private ModelVersions versions = ModelVersions.NONE;

    private SoleDecider(ToLongFunction<ModelEvent> log) {
        this.log = log;
    }

    /** Writes to {@code sightline.models}, which must be empty; the log is used, and not closed. */
    public static SoleDecider of(ModelLog log) {
        return new SoleDecider(log::append);
    }

    /** Writes nowhere. */
    public static SoleDecider inMemory() {
        long[] offset = {0};
        return new SoleDecider(event -> offset[0]++);
    }

    /** The state as decided. */
    public synchronized ModelVersions versions() {
        return versions;
    }

    /**
     * Takes a version step by step to CANDIDATE, STAGED, ACTIVE or REJECTED, from wherever it is.
     *
     * @param announced what to announce if it is new
     * @throws IllegalStateException if no way leads there
     */
    public synchronized void move(ModelEvent announced, ModelStatus to) {
        String version = announced.getVersion();
        if (versions.find(version).isEmpty()) {
            apply(ModelLog.announcement(ModelEvent.newBuilder(announced)
                    .setStatus(ModelStatus.CANDIDATE)
                    .build()));
        }
        for (ModelStatus at = status(version); at != to; at = status(version)) {
            apply(step(version, at, to).event(versions, Instant.now()));
        }
    }

    /** Says how long a version that was replaced is kept. */
    public synchronized void expire(String version, Instant end) {
        apply(new Decision(version, ModelStatus.RETIRED, Cause.REPLACED, REASON)
                .keptUntil(end)
                .event(versions, Instant.now()));
    }

    private ModelStatus status(String version) {
        return versions.status(versions.find(version).orElseThrow());
    }

    private static Decision step(String version, ModelStatus at, ModelStatus to) {
        return switch (at) {
            case CANDIDATE, STAGED ->
                to == ModelStatus.REJECTED
                        ? new Decision(version, ModelStatus.REJECTED, Cause.RETIRED_BY_REQUEST, REASON)
                        : forward(version, at);
            case RETIRED -> new Decision(version, ModelStatus.ACTIVE, Cause.ROLLED_BACK, REASON);
            case ACTIVE, REJECTED -> throw new IllegalStateException(version + " is " + at + ": no way leads to " + to);
        };
    }

    private static Decision forward(String version, ModelStatus at) {
        return at == ModelStatus.CANDIDATE
                ? new Decision(version, ModelStatus.STAGED, Cause.ITS_TURN, REASON)
                : new Decision(version, ModelStatus.ACTIVE, Cause.GATES_PASSED, REASON);
    }

    private void apply(ModelEvent event) {
        long offset = log.applyAsLong(event);
        ModelVersions next = versions.with(event, offset);
        next.refusal(offset).ifPresent(why -> {
            throw new IllegalStateException("somebody else decides too, or the order is wrong: " + why);
        });
        versions = next;
    }
}
