package io.sightline.deploy.faults;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.schemas.avro.ModelStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;

/** Carries out a plan, step by step. Used once, on one thread. */
final class FaultRun {

    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration LOOK_AT_GUEST = Duration.ofSeconds(1);

    private final FaultCluster cluster;
    private final EmbedderFleet fleet;
    private final LaneWatch watch;
    private final ModelArtifact second;
    private final int guest;
    private final ProgressBar bar;
    private final long start = System.nanoTime();
    private int embedderKills;
    private int killsWhileServing;
    private int brokerKills;
    private boolean guestIsThere;
    private long lookAtGuest;
    private long lagAtStart = -1;
    private long lagWhenServing = -1;
    private long lagAtLeave = -1;
    private long embeddedByGuest;

    /**
     * Prepares a run.
     *
     * @param second version that is staged on the way
     * @param guest number of the process that joins and leaves
     * @param bar is told how far the lanes have come
     */
    FaultRun(
            FaultCluster cluster,
            EmbedderFleet fleet,
            LaneWatch watch,
            ModelArtifact second,
            int guest,
            ProgressBar bar) {
        this.cluster = cluster;
        this.fleet = fleet;
        this.watch = watch;
        this.second = second;
        this.guest = guest;
        this.bar = bar;
    }

    /** Carries out all of the plan, and returns when its time is over. */
    void run(FaultPlan plan, Duration length) throws IOException, InterruptedException {
        for (FaultPlan.Fault fault : plan.faults()) {
            lookOnUntil(fault.at());
            inflict(fault);
        }
        lookOnUntil(length);
    }

    /** What was done so far. */
    Inflicted inflicted() {
        return new Inflicted(
                embedderKills,
                killsWhileServing,
                brokerKills,
                fleet.endedAlone(),
                lagAtStart,
                lagWhenServing,
                lagAtLeave,
                embeddedByGuest);
    }

    /** Looks once at processes and lanes, and gives them a moment. */
    void lookOn() throws IOException, InterruptedException {
        fleet.revive();
        bar.stepTo(watch.committedOfAll());
        if (guestIsThere && System.nanoTime() > lookAtGuest) {
            lookAtGuest = System.nanoTime() + LOOK_AT_GUEST.toNanos();
            letGuestLeave();
        }
        TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
    }

    /** Seconds since the start. */
    double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    private void lookOnUntil(Duration at) throws IOException, InterruptedException {
        while (System.nanoTime() - start < at.toNanos()) {
            lookOn();
        }
    }

    private void inflict(FaultPlan.Fault fault) throws IOException, InterruptedException {
        switch (fault.kind()) {
            case KILL_EMBEDDER -> killEmbedder(fault.target());
            case KILL_BROKER -> {
                cluster.brokers().kill(fault.target());
                brokerKills++;
            }
            case RESTART_BROKER -> cluster.brokers().restart(fault.target());
            case STAGE -> cluster.publish(second, ModelStatus.STAGED);
            case JOIN -> {
                lagAtStart = lagOfSecond();
                fleet.start(guest);
                guestIsThere = true;
            }
        }
    }

    /** The guest leaves when it has embedded images of the back-fill itself. */
    private void letGuestLeave() throws InterruptedException {
        ServedProcess process = fleet.get(guest);
        if (lagWhenServing < 0 && process.isReady()) {
            lagWhenServing = lagOfSecond();
        }
        embeddedByGuest = process.embedded(second.descriptor().version());
        if (embeddedByGuest > 0) {
            lagAtLeave = lagOfSecond();
            guestIsThere = false;
            fleet.leave(guest);
        }
    }

    private void killEmbedder(int number) throws IOException {
        ServedProcess process = fleet.get(number);
        killsWhileServing += process.isReady() ? 1 : 0;
        process.kill();
        embedderKills++;
        fleet.start(number);
    }

    private long lagOfSecond() {
        return watch.lag(second.descriptor().version());
    }
}
