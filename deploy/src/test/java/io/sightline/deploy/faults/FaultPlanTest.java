package io.sightline.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.deploy.faults.FaultPlan.Fault;
import io.sightline.deploy.faults.FaultPlan.Kind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultPlanTest {

    private static final FaultSettings FIVE_MINUTES =
            new FaultSettings(Duration.ofMinutes(5), 50_000, Duration.ofSeconds(7), 2, (short) 1, 3);

    @Test
    void shouldKillEmbeddersInRotation() {
        List<Integer> killed = targets(plan(FIVE_MINUTES), Kind.KILL_EMBEDDER);

        assertThat(killed).hasSize(42);
        assertThat(killed.subList(0, 6)).containsExactly(0, 1, 2, 0, 1, 2);
    }

    @Test
    void shouldStartTheKilledBrokerAgainBeforeItIsKilledAgain() {
        List<Kind> steps = plan(FIVE_MINUTES).faults().stream()
                .map(Fault::kind)
                .filter(kind -> kind == Kind.KILL_BROKER || kind == Kind.RESTART_BROKER)
                .toList();

        assertThat(steps).containsExactly(Kind.KILL_BROKER, Kind.RESTART_BROKER, Kind.KILL_BROKER, Kind.RESTART_BROKER);
        assertThat(targets(plan(FIVE_MINUTES), Kind.KILL_BROKER))
                .isEqualTo(targets(plan(FIVE_MINUTES), Kind.RESTART_BROKER));
    }

    @Test
    void shouldLetAProcessJoinWhenTheSecondVersionIsStaged() {
        List<Kind> steps = plan(FIVE_MINUTES).faults().stream()
                .map(Fault::kind)
                .filter(kind -> kind == Kind.STAGE || kind == Kind.JOIN)
                .toList();

        assertThat(steps).containsExactly(Kind.STAGE, Kind.JOIN);
    }

    @Test
    void shouldEndWithTheGivenLength() {
        FaultSettings quick = new FaultSettings(Duration.ofSeconds(30), 1_500, Duration.ofSeconds(8), 1, (short) 1, 3);

        assertThat(plan(quick).faults()).allMatch(fault -> fault.at().compareTo(quick.length()) <= 0);
    }

    @Test
    void shouldBeTheSameForTheSameSeed() {
        assertThat(plan(FIVE_MINUTES)).isEqualTo(plan(FIVE_MINUTES));
    }

    private static FaultPlan plan(FaultSettings settings) {
        return FaultPlan.of(settings, 3, 3);
    }

    private static List<Integer> targets(FaultPlan plan, Kind kind) {
        return plan.faults().stream()
                .filter(fault -> fault.kind() == kind)
                .map(Fault::target)
                .toList();
    }
}
