package io.sightline.embedder.versions;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.schemas.avro.Lineage;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ModelVersionsTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final SoleDecider decider = SoleDecider.inMemory();

    @Test
    void shouldTakeTheNewestActiveEventAsTheActiveVersion() {
        decider.move(event("v1"), ModelStatus.ACTIVE);
        decider.move(event("v2"), ModelStatus.ACTIVE);

        assertThat(active(decider.versions())).contains("v2");
        assertThat(decider.versions().withStatus(ModelStatus.RETIRED))
                .extracting(ModelEvent::getVersion)
                .containsExactly("v1");
    }

    @Test
    void shouldGoBackWhenTheOldVersionIsActivatedAgain() {
        decider.move(event("v1"), ModelStatus.ACTIVE);
        decider.move(event("v2"), ModelStatus.ACTIVE);
        decider.expire("v1", Instant.now().plusSeconds(60));
        decider.move(event("v1"), ModelStatus.ACTIVE);

        assertThat(active(decider.versions())).contains("v1");
        assertThat(decider.versions().history("v1"))
                .extracting(step -> step.event().getCause())
                .containsExactly("published", "its-turn", "gates-passed", "replaced", "rolled-back");
    }

    @Test
    void shouldNotGoBackToAVersionWhoseGraceIsOver() {
        decider.move(event("v1"), ModelStatus.ACTIVE);
        decider.move(event("v2"), ModelStatus.ACTIVE);
        decider.expire("v1", NOW);
        ModelVersions seen = decider.versions();
        Decision back = new Decision("v1", ModelStatus.ACTIVE, Cause.ROLLED_BACK, "back");

        assertThat(active(seen.with(back.event(seen, NOW.minusMillis(1)), 100))).contains("v1");
        ModelVersions late = seen.with(back.event(seen, NOW), 100);
        assertThat(active(late)).contains("v2");
        assertThat(late.refusal(100).orElseThrow()).contains("its grace was over");
    }

    @Test
    void shouldKnowWhichVersionAnsweredBeforeWhateverItsNewestEventIs() {
        decider.move(event("v1"), ModelStatus.ACTIVE);
        decider.move(event("v2"), ModelStatus.ACTIVE);
        decider.expire("v1", NOW.plusSeconds(60));
        decider.move(event("v3"), ModelStatus.ACTIVE);

        assertThat(decider.versions().before(NOW)).map(ModelEvent::getVersion).contains("v2");
        decider.expire("v2", NOW);
        assertThat(decider.versions().before(NOW)).map(ModelEvent::getVersion).contains("v1");
    }

    @Test
    void shouldKeepARetiredVersionAliveUntilItsGraceIsOver() {
        decider.move(event("v1"), ModelStatus.ACTIVE);
        decider.move(event("v2"), ModelStatus.ACTIVE);
        decider.expire("v1", NOW);
        ModelVersions versions = decider.versions();

        assertThat(versions.live(NOW.minusMillis(1)))
                .extracting(ModelEvent::getVersion)
                .containsExactly("v1", "v2");
        assertThat(versions.live(NOW)).extracting(ModelEvent::getVersion).containsExactly("v2");
        assertThat(versions.expired(NOW)).extracting(ModelEvent::getVersion).containsExactly("v1");
    }

    @Test
    void shouldNeverGiveAVersionNameTwice() {
        decider.move(event("v9"), ModelStatus.REJECTED);
        decider.move(event("v10"), ModelStatus.CANDIDATE);

        assertThat(ModelVersions.NONE.nextVersion()).isEqualTo("v1");
        assertThat(decider.versions().nextVersion()).isEqualTo("v11");
        assertThat(decider.versions().all()).extracting(ModelEvent::getVersion).containsExactly("v9", "v10");
    }

    @Test
    void shouldIgnoreAnAnnouncementOfAKnownVersion() {
        decider.move(event("v1"), ModelStatus.ACTIVE);

        ModelVersions after = decider.versions().with(ModelLog.announcement(event("v1")), 50);

        assertThat(active(after)).contains("v1");
        assertThat(after.refusal(50).orElseThrow()).contains("v1 from ACTIVE to CANDIDATE");
        assertThat(after.lastSeen()).isEqualTo(50);
        assertThat(after.basis()).isEqualTo(decider.versions().basis());
    }

    @Test
    void shouldHoldTheFirstOfTwoDecisionsOnTheSameState() {
        decider.move(event("v1"), ModelStatus.ACTIVE);
        decider.move(event("v2"), ModelStatus.STAGED);
        ModelVersions seen = decider.versions();
        ModelEvent first = new Decision("v2", ModelStatus.REJECTED, Cause.STALLED, "slow").event(seen, NOW);
        ModelEvent second = new Decision("v2", ModelStatus.ACTIVE, Cause.GATES_PASSED, "good").event(seen, NOW);

        ModelVersions after = seen.with(first, 100).with(second, 101);

        assertThat(active(after)).contains("v1");
        assertThat(after.withStatus(ModelStatus.REJECTED))
                .extracting(ModelEvent::getVersion)
                .containsExactly("v2");
        assertThat(after.refusal(100)).isEmpty();
        assertThat(after.refusal(101).orElseThrow()).contains("but the state is that of offset 100");
    }

    @Test
    void shouldRefuseADecisionAfterANewVersionWasAnnouncedInBetween() {
        decider.move(event("v1"), ModelStatus.STAGED);
        ModelVersions seen = decider.versions();
        ModelEvent late = new Decision("v1", ModelStatus.ACTIVE, Cause.GATES_PASSED, "good").event(seen, NOW);

        ModelVersions after = seen.with(ModelLog.announcement(event("v2")), 100).with(late, 101);

        assertThat(active(after)).isEmpty();
        assertThat(after.refusal(101)).isPresent();
    }

    @Test
    void shouldLetOneVersionBackFillAtATime() {
        decider.move(event("v1"), ModelStatus.STAGED);
        decider.move(event("v2"), ModelStatus.CANDIDATE);
        ModelVersions seen = decider.versions();

        ModelVersions after =
                seen.with(new Decision("v2", ModelStatus.STAGED, Cause.ITS_TURN, "early").event(seen, NOW), 100);

        assertThat(after.refusal(100).orElseThrow()).contains("v1 is STAGED, and only one can be");
        assertThat(after.withStatus(ModelStatus.STAGED))
                .extracting(ModelEvent::getVersion)
                .containsExactly("v1");
    }

    @Test
    void shouldPromoteACandidateInPlaceOfAnotherVersionWithOneEvent() {
        decider.move(event("v1"), ModelStatus.STAGED);
        decider.move(event("v2"), ModelStatus.CANDIDATE);
        ModelVersions seen = decider.versions();
        Decision promoted = new Decision("v2", ModelStatus.STAGED, Cause.PROMOTED, "asked for");
        Decision passed = new Decision("v1", ModelStatus.ACTIVE, Cause.GATES_PASSED, "good");

        ModelVersions after = seen.with(promoted.event(seen, NOW), 100);

        assertThat(after.refusal(100)).isEmpty();
        assertThat(after.withStatus(ModelStatus.STAGED))
                .extracting(ModelEvent::getVersion)
                .containsExactly("v2");
        assertThat(after.withStatus(ModelStatus.REJECTED))
                .extracting(ModelEvent::getVersion)
                .containsExactly("v1");
        assertThat(after.live(NOW)).extracting(ModelEvent::getVersion).containsExactly("v2");
        assertThat(active(after.with(passed.event(after, NOW), 101))).isEmpty();
    }

    @Test
    void shouldNoteOnceThatAVersionWasSuperseded() {
        decider.move(event("v1"), ModelStatus.STAGED);
        decider.move(event("v2"), ModelStatus.CANDIDATE);
        ModelVersions seen = decider.versions();
        Decision promoted = new Decision("v2", ModelStatus.STAGED, Cause.PROMOTED, "asked for");
        Decision superseded = new Decision("v1", ModelStatus.REJECTED, Cause.SUPERSEDED, "by v2");

        ModelVersions after = seen.with(promoted.event(seen, NOW), 100);
        ModelVersions noted = after.with(superseded.event(after, NOW), 101);
        ModelVersions again = noted.with(superseded.event(noted, NOW), 102);

        assertThat(noted.refusal(101)).isEmpty();
        assertThat(noted.find("v1").orElseThrow().getCause()).isEqualTo("superseded");
        assertThat(again.refusal(102).orElseThrow()).contains("it is over for this version");
        assertThat(again.withStatus(ModelStatus.STAGED))
                .extracting(ModelEvent::getVersion)
                .containsExactly("v2");
    }

    /** Whatever is written by whomever in whatever order: only steps of the table happen, on the state that they meet. */
    @Test
    void shouldTakeNoStepThatTheTableDoesNotKnowWhateverIsWritten() {
        Random random = new Random(7);
        int taken = 0;
        for (int run = 0; run < 200; run++) {
            List<ModelVersions> states = new ArrayList<>(List.of(ModelVersions.NONE));
            for (long offset = 0; offset < 60; offset++) {
                ModelVersions state = states.getLast();
                // Deciders lag: their word may be about a state of a while ago.
                ModelVersions basis = states.get(Math.max(0, states.size() - 1 - random.nextInt(3)));
                ModelEvent event = anything(basis, random);
                ModelVersions next = state.with(event, offset);
                states.add(next);
                if (next.refusal(offset).isEmpty()) {
                    taken++;
                    ModelStatus from =
                            state.find(event.getVersion()).map(state::status).orElse(null);
                    assertThat(Transitions.isLegal(
                                    from,
                                    event.getStatus(),
                                    Cause.of(event.getCause()).orElseThrow()))
                            .isTrue();
                    assertThat(from == null || event.getBasedOn() == state.basis())
                            .isTrue();
                } else {
                    assertThat(next.all()).isEqualTo(state.all());
                }
                assertThat(next.withStatus(ModelStatus.ACTIVE)).hasSizeLessThanOrEqualTo(1);
                assertThat(next.withStatus(ModelStatus.STAGED)).hasSizeLessThanOrEqualTo(1);
            }
        }
        assertThat(taken).isGreaterThan(1000);
    }

    private static ModelEvent anything(ModelVersions basis, Random random) {
        String version = "v" + (1 + random.nextInt(4));
        ModelStatus to = any(List.of(ModelStatus.values()), random);
        Cause cause = any(List.of(Cause.values()), random);
        if (basis.find(version).isEmpty() || random.nextInt(10) == 0) {
            return ModelLog.announcement(
                    ModelEvent.newBuilder(event(version)).setStatus(to).build());
        }
        return new Decision(version, to, cause, "anything").event(basis, NOW);
    }

    private static <T> T any(List<T> values, Random random) {
        return values.get(random.nextInt(values.size()));
    }

    private static Optional<String> active(ModelVersions versions) {
        return versions.active().map(ModelEvent::getVersion);
    }

    private static ModelEvent event(String version) {
        return ModelEvent.newBuilder()
                .setVersion(version)
                .setStatus(ModelStatus.CANDIDATE)
                .setEventTime(NOW)
                .setPublishedTime(NOW)
                .setArtifactUri("file:///models/" + version)
                .setManifestSha256("00")
                .setDimensions(8)
                .setPreprocessing("x")
                .setLineage(new Lineage(0L, 0L, 0, 0, Map.of()))
                .build();
    }
}
