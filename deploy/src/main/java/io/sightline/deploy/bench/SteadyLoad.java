package io.sightline.deploy.bench;

import io.sightline.schemas.Topics;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Sends images again and again, so many a second, from a thread of its own until it is closed. The i-th is sent as
 * live-i, with i counting up to the number of images: what is kept does not grow.
 */
final class SteadyLoad implements AutoCloseable {

    private final EmbedCluster cluster;
    private final EmbedContent content;
    private final double perSecond;
    private final Thread thread;
    private volatile @Nullable RuntimeException failure;

    SteadyLoad(EmbedCluster cluster, EmbedContent content, double perSecond) {
        this.cluster = cluster;
        this.content = content;
        this.perSecond = perSecond;
        this.thread = Thread.ofPlatform().name("load").start(this::send);
    }

    /** Fails if sending has failed. */
    void requireAlive() {
        RuntimeException cause = failure;
        if (cause != null) {
            throw new IllegalStateException("images are not sent any more: " + cause.getMessage(), cause);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send() {
        try (KafkaProducer<String, byte[]> producer = cluster.producer()) {
            long start = System.nanoTime();
            for (long sent = 0; perSecond > 0; sent++) {
                long due = start + (long) (1e9 * sent / perSecond);
                TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
                int index = (int) (sent % content.images().size());
                byte[] event = content.event(index, cluster.serdes());
                producer.send(new ProducerRecord<>(Topics.IMAGES, "live-" + index, event));
            }
        } catch (InterruptedException e) {
            // Closed.
            Thread.currentThread().interrupt();
        } catch (org.apache.kafka.common.errors.InterruptException e) {
            // Closed while it was sending.
        } catch (RuntimeException e) {
            failure = e;
        }
    }
}
