package io.sightline.embedder.versions;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Why a version changes state. */
public enum Cause {
    /** The trainer announced it. */
    PUBLISHED,
    /** The trainer announced it, and that it is no better than its parent. */
    TRAINER_GATE,
    /** Nothing else back-fills. */
    ITS_TURN,
    /** A newer version takes its place before it was ever active. */
    SUPERSEDED,
    /** Its artifact cannot be loaded. */
    ARTIFACT_REFUSED,
    /** It holds every image and answers well enough. */
    GATES_PASSED,
    /** It does not. */
    GATE_FAILED,
    /** Its back-fill has not moved for too long. */
    STALLED,
    /** Somebody asked for it. */
    PROMOTED,
    /** Bookkeeping behind a swap: it says how long the version before is kept. */
    REPLACED,
    /** Somebody asked to go back to it. */
    ROLLED_BACK,
    /** Somebody asked for its end. */
    RETIRED_BY_REQUEST;

    /** As it is in events and answers: {@code its-turn}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The cause with the given text; empty if there is none. */
    public static Optional<Cause> of(String text) {
        return Arrays.stream(values())
                .filter(cause -> cause.text().equals(text))
                .findFirst();
    }
}
