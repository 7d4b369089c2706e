package io.sightline.deploy.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * What is done when. Embedders are killed in rotation, one broker is killed again and again, and in between a second
 * version begins to back-fill, during which a further embedder joins and leaves. The same settings give the same plan.
 * Immutable.
 *
 * @param faults in the order of their times
 */
record FaultPlan(List<Fault> faults) {

    private static final double JITTER = 0.3;
    private static final double STAGE_AT = 0.4;
    /** Longer than a broker's session, so that its partitions do get other leaders. */
    private static final Duration BROKER_DOWN = Duration.ofSeconds(10);

    /** What is done. */
    enum Kind {
        /** kill -9 of an embedder process, which is started again at once. */
        KILL_EMBEDDER,
        /** kill -9 of a broker. */
        KILL_BROKER,
        /** The broker is started again on its log. */
        RESTART_BROKER,
        /** The second version is published and begins to back-fill. */
        STAGE,
        /** One more embedder process is started, which leaves when it has had a part in the back-fill. */
        JOIN
    }

    /**
     * One step.
     *
     * @param at time since the start
     * @param target which embedder, from 0, or which broker, from 1; 0 otherwise
     */
    record Fault(Duration at, Kind kind, int target) {}

    static FaultPlan of(FaultSettings settings, int embedders, int brokers) {
        Random random = new Random(settings.seed());
        List<Fault> faults = new ArrayList<>();
        double length = seconds(settings.length());
        double every = seconds(settings.killEvery());
        int kill = 0;
        for (double at = every; at < length; at += every) {
            double jittered = at + every * JITTER * (random.nextDouble() - 0.5);
            faults.add(fault(jittered, Kind.KILL_EMBEDDER, kill % embedders));
            kill++;
        }
        int broker = 1 + random.nextInt(brokers);
        for (int i = 0; i < settings.brokerKills(); i++) {
            double at = length * (i + 0.5) / settings.brokerKills();
            faults.add(fault(at, Kind.KILL_BROKER, broker));
            double down = Math.min(seconds(BROKER_DOWN), 0.5 * length / settings.brokerKills());
            faults.add(fault(at + down, Kind.RESTART_BROKER, broker));
        }
        double stage = length * STAGE_AT;
        faults.add(fault(stage, Kind.STAGE, 0));
        faults.add(fault(stage, Kind.JOIN, 0));
        // Stable: what was added first comes first.
        faults.sort(Comparator.comparing(Fault::at));
        return new FaultPlan(List.copyOf(faults));
    }

    private static Fault fault(double seconds, Kind kind, int target) {
        return new Fault(Duration.ofMillis((long) (1000 * seconds)), kind, target);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
