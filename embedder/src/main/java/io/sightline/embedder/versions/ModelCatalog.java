package io.sightline.embedder.versions;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicFollower;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ModelEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code sightline.models} and keeps its state in memory. Thread-safe. A record that cannot be decoded is
 * logged and passed over; a broker that is away is waited for by the client.
 */
public final class ModelCatalog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ModelCatalog.class);

    private final List<Consumer<ModelVersions>> listeners = new CopyOnWriteArrayList<>();
    private final TopicFollower<ModelEvent> follower;
    private final Object seen = new Object();
    private volatile ModelVersions current = ModelVersions.NONE;

    private ModelCatalog(KafkaConnection connection, RecordSerdes serdes) {
        this.follower = new TopicFollower<>(
                connection, Topics.MODELS, serdes.deserializer(ModelEvent.class), new TopicFollower.Reader<>() {
                    @Override
                    public void read(@Nullable String key, @Nullable ModelEvent event, long offset) {
                        apply(event, offset);
                    }

                    @Override
                    public void paused() {
                        ModelVersions changed = current;
                        listeners.forEach(listener -> listener.accept(changed));
                    }
                });
    }

    /**
     * Starts to follow and waits until everything that is in the topic now has been read.
     *
     * @throws IllegalStateException if that takes longer than the timeout
     */
    public static ModelCatalog open(KafkaConnection connection, RecordSerdes serdes, Duration timeout) {
        ModelCatalog catalog = new ModelCatalog(connection, serdes);
        catalog.follower.open(timeout);
        return catalog;
    }

    /** The newest state known here. */
    public ModelVersions current() {
        return current;
    }

    /**
     * For how long the state may have been an old one: since it was last known to be that of the whole topic, which is
     * looked for every second. It grows while brokers or registry do not answer.
     */
    public Duration staleFor() {
        return follower.staleFor();
    }

    /** Whether the topic is followed; if not, the state stays what it is. */
    public boolean isFollowed() {
        return follower.isAlive();
    }

    /**
     * Waits until an event has been read.
     *
     * @return the state then, or a later one
     * @throws IllegalStateException if that takes longer than the timeout
     */
    public ModelVersions await(long offset, Duration timeout) {
        long latest = System.nanoTime() + timeout.toNanos();
        synchronized (seen) {
            while (current.lastSeen() < offset) {
                long left = TimeUnit.NANOSECONDS.toMillis(latest - System.nanoTime());
                if (left <= 0) {
                    throw new IllegalStateException("the event at offset " + offset + " of " + Topics.MODELS
                            + " was not read within " + timeout.toSeconds() + " s; check the brokers");
                }
                try {
                    seen.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted while waiting for " + Topics.MODELS, e);
                }
            }
            return current;
        }
    }

    /** Calls the listener with the present state, and after every change, on the catalog's thread. Keep it short. */
    public void onChange(Consumer<ModelVersions> listener) {
        listeners.add(listener);
        listener.accept(current);
    }

    @Override
    public void close() {
        follower.close();
    }

    private void apply(@Nullable ModelEvent event, long offset) {
        if (event == null) {
            return;
        }
        ModelVersions next = current.with(event, offset);
        next.refusal(offset).ifPresent(why -> LOG.info("an event at offset {} has no effect: {}", offset, why));
        synchronized (seen) {
            current = next;
            seen.notifyAll();
        }
    }
}
