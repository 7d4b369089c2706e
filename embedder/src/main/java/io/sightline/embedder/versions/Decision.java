package io.sightline.embedder.versions;

import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.time.Instant;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * What is to become of a version. Immutable.
 *
 * @param version its name
 * @param to the state that it is to have
 * @param cause why
 * @param reason why, in words
 * @param gate figures that led to it
 * @param expiresAt until when a retired version is kept, else null
 */
public record Decision(
        String version,
        ModelStatus to,
        Cause cause,
        String reason,
        Map<String, Double> gate,
        @Nullable Instant expiresAt) {

    /** Copies the figures. */
    public Decision {
        gate = Map.copyOf(gate);
    }

    /** One without figures. */
    public Decision(String version, ModelStatus to, Cause cause, String reason) {
        this(version, to, cause, reason, Map.of(), null);
    }

    /** The same with figures. */
    public Decision withGate(Map<String, Double> figures) {
        return new Decision(version, to, cause, reason, figures, expiresAt);
    }

    /** The same for a version that is kept until then. */
    public Decision keptUntil(Instant end) {
        return new Decision(version, to, cause, reason, gate, end);
    }

    /** The event that says so, decided on the given state. */
    ModelEvent event(ModelVersions state, Instant now) {
        ModelEvent newest =
                state.find(version).orElseThrow(() -> new NoSuchElementException("there is no version " + version));
        return ModelEvent.newBuilder(newest)
                .setStatus(to)
                .setCause(cause.text())
                .setReason(reason)
                .setGate(gate)
                .setBasedOn(state.basis())
                .setEventTime(now)
                .setExpiresAt(expiresAt)
                .build();
    }
}
