package io.sightline.embedder.versions;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.schemas.avro.ModelStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TransitionsTest {

    /** Written out once more: a step that joins the table has to be wanted twice. */
    @Test
    void shouldKnowTheseStepsAndNoOthers() {
        List<@Nullable ModelStatus> from = new ArrayList<>(Arrays.asList(ModelStatus.values()));
        from.addFirst(null);
        List<String> steps = new ArrayList<>();
        for (ModelStatus one : from) {
            for (ModelStatus to : ModelStatus.values()) {
                for (Cause cause : Cause.values()) {
                    if (Transitions.isLegal(one, to, cause)) {
                        steps.add((one == null ? "-" : one) + " > " + to + " " + cause.text());
                    }
                }
            }
        }

        assertThat(steps)
                .containsExactlyInAnyOrder(
                        "- > CANDIDATE published",
                        "- > REJECTED trainer-gate",
                        "CANDIDATE > STAGED its-turn",
                        "CANDIDATE > STAGED promoted",
                        "CANDIDATE > REJECTED superseded",
                        "CANDIDATE > REJECTED artifact-refused",
                        "CANDIDATE > REJECTED retired-by-request",
                        "STAGED > ACTIVE gates-passed",
                        "STAGED > ACTIVE promoted",
                        "STAGED > REJECTED gate-failed",
                        "STAGED > REJECTED stalled",
                        "STAGED > REJECTED superseded",
                        "STAGED > REJECTED artifact-refused",
                        "STAGED > REJECTED retired-by-request",
                        "REJECTED > REJECTED superseded",
                        "RETIRED > ACTIVE rolled-back",
                        "RETIRED > RETIRED replaced",
                        "RETIRED > RETIRED retired-by-request");
    }

    @Test
    void shouldFindEveryCauseByItsText() {
        for (Cause cause : Cause.values()) {
            assertThat(Cause.of(cause.text())).contains(cause);
        }
        assertThat(Cause.of("")).isEmpty();
    }
}
