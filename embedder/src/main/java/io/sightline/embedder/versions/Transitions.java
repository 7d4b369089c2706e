package io.sightline.embedder.versions;

import static io.sightline.schemas.avro.ModelStatus.ACTIVE;
import static io.sightline.schemas.avro.ModelStatus.CANDIDATE;
import static io.sightline.schemas.avro.ModelStatus.REJECTED;
import static io.sightline.schemas.avro.ModelStatus.RETIRED;
import static io.sightline.schemas.avro.ModelStatus.STAGED;

import io.sightline.schemas.avro.ModelStatus;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All transitions of a version; there are no others.
 *
 * <p>From ACTIVE none begins: a version stops to be active by the ACTIVE event of another one and counts as RETIRED from
 * then on, so that a swap is a single record. From REJECTED none leads anywhere: its lane and topic are being removed. A
 * STAGED version counts as REJECTED as soon as another one is promoted in its place; that it says so itself follows.
 */
final class Transitions {

    /** The first event of a version comes from nowhere. */
    private record Transition(@Nullable ModelStatus from, ModelStatus to, Set<Cause> causes) {}

    private static final List<Transition> TABLE = List.of(
            new Transition(null, CANDIDATE, Set.of(Cause.PUBLISHED)),
            new Transition(null, REJECTED, Set.of(Cause.TRAINER_GATE)),
            new Transition(CANDIDATE, STAGED, Set.of(Cause.ITS_TURN, Cause.PROMOTED)),
            new Transition(
                    CANDIDATE, REJECTED, Set.of(Cause.SUPERSEDED, Cause.ARTIFACT_REFUSED, Cause.RETIRED_BY_REQUEST)),
            new Transition(STAGED, ACTIVE, Set.of(Cause.GATES_PASSED, Cause.PROMOTED)),
            new Transition(
                    STAGED,
                    REJECTED,
                    Set.of(
                            Cause.GATE_FAILED,
                            Cause.STALLED,
                            Cause.SUPERSEDED,
                            Cause.ARTIFACT_REFUSED,
                            Cause.RETIRED_BY_REQUEST)),
            new Transition(REJECTED, REJECTED, Set.of(Cause.SUPERSEDED)),
            new Transition(RETIRED, ACTIVE, Set.of(Cause.ROLLED_BACK)),
            new Transition(RETIRED, RETIRED, Set.of(Cause.REPLACED, Cause.RETIRED_BY_REQUEST)));

    private Transitions() {}

    /** Whether a version may go from one state to another for this reason; from null when it is announced. */
    static boolean isLegal(@Nullable ModelStatus from, ModelStatus to, Cause cause) {
        return TABLE.stream().anyMatch(one -> one.from == from && one.to == to && one.causes.contains(cause));
    }
}
