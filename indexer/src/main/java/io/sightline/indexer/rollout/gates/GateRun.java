package io.sightline.indexer.rollout.gates;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All gates, one after the other, on a thread of their own. Thread-safe. */
public final class GateRun implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GateRun.class);
    private static final List<Gate> GATES =
            List.of(new CountGate(), new SelfRetrievalGate(), new HoldoutGate(), new ShadowGate());

    private final GateContext context;
    private volatile boolean closed;
    private volatile boolean unfinished;
    private volatile @Nullable GateResult result;

    private GateRun(GateContext context) {
        this.context = context;
    }

    /** Begins to look. */
    public static GateRun start(GateContext context) {
        GateRun run = new GateRun(context);
        // Never interrupted: Lucene closes the files that an interrupted thread reads.
        Thread.ofPlatform()
                .name("gates " + context.staged().getVersion())
                .daemon()
                .start(run::look);
        return run;
    }

    /** Whether this compares the same indexes. */
    public boolean isAbout(GateContext other) {
        return context.stagedStore().equals(other.stagedStore())
                && Objects.equals(context.activeStore(), other.activeStore());
    }

    /** What all gates found, when they have. */
    public Optional<GateResult> result() {
        return Optional.ofNullable(result);
    }

    /** Whether nothing follows from this run, because something could not be read; it has to be begun again. */
    public boolean isUnfinished() {
        return unfinished;
    }

    /** Makes it end soon; its result is not wanted any more. */
    @Override
    public void close() {
        closed = true;
    }

    private void look() {
        String version = context.staged().getVersion();
        try {
            @Nullable GateResult all = null;
            for (Gate gate : GATES) {
                if (closed) {
                    return;
                }
                GateResult one = gate.look(context);
                LOG.info("{}: {} {}", version, one.passed() ? "passed" : "failed", one.reason());
                all = all == null ? one : all.and(one);
            }
            result = all;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            unfinished = true;
        } catch (RuntimeException | Error e) {
            LOG.warn("the gates of {} could not look, will try again in a while: {}", version, e.toString());
            unfinished = true;
        }
    }
}
