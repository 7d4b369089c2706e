package io.sightline.indexer.rollout.gates;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ArtifactUnavailableException;
import io.sightline.schemas.LogKeys;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All gates, one after the other, on a thread of their own. Thread-safe.
 *
 * <p>On failure: a version whose artifact is wrong fails at once, for no other look would find a better one. What cannot
 * be read now, be it the artifact, an index or a content, leaves the run {@linkplain #isUnfinished unfinished}.
 */
public final class GateRun implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GateRun.class);
    private static final List<Gate> GATES =
            List.of(new CountGate(), new SelfRetrievalGate(), new HoldoutGate(), new ShadowGate());

    /** More than one image can take whose event does not come. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

    private final GateContext context;
    private final StopSign stop = new StopSign();
    private final Thread thread;
    private volatile boolean unfinished;
    private volatile @Nullable GateResult result;

    private GateRun(GateContext context) {
        this.context = context;
        // Never interrupted: Lucene closes the files that an interrupted thread reads.
        this.thread = Thread.ofPlatform()
                .name("gates " + context.staged().getVersion())
                .daemon()
                .unstarted(this::look);
    }

    /** Begins to look. */
    public static GateRun start(GateContext context) {
        GateRun run = new GateRun(context);
        run.thread.start();
        return run;
    }

    /** The version that is looked at. */
    public String version() {
        return context.staged().getVersion();
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

    /** Whether it is at work. */
    boolean isRunning() {
        return thread.isAlive();
    }

    /** Makes it end, for its result is not wanted any more, and waits until it has: behind that its indexes may be closed. */
    @Override
    public void close() {
        stop.raise();
        try {
            if (!thread.join(CLOSE_TIMEOUT)) {
                LOG.warn(
                        "the gates of {} did not stop within {} s; they are left alone and end after the image in hand",
                        context.staged().getVersion(),
                        CLOSE_TIMEOUT.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        String version = context.staged().getVersion();
        @Nullable GateResult all = null;
        try {
            for (Gate gate : GATES) {
                stop.check();
                GateResult one = gate.look(context, stop);
                LOG.atInfo()
                        .addKeyValue(LogKeys.VERSION, version)
                        .log("{}: {} {}", version, one.passed() ? "passed" : "failed", one.reason());
                all = all == null ? one : all.and(one);
            }
            result = all;
        } catch (ArtifactUnavailableException e) {
            LOG.warn("the gates of {} have to wait, will try again in a while: {}", version, e.getMessage());
            unfinished = true;
        } catch (ArtifactException e) {
            LOG.info("{}: failed {}", version, e.getMessage());
            GateResult failed = GateResult.failed("its network cannot be loaded: " + e.getMessage(), Map.of());
            result = all == null ? failed : all.and(failed);
        } catch (CancellationException e) {
            LOG.debug("the gates of {} were stopped", version);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            unfinished = true;
        } catch (RuntimeException | Error e) {
            LOG.warn("the gates of {} could not look, will try again in a while: {}", version, e.toString());
            unfinished = true;
        }
    }
}
