package io.sightline.local;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.utils.Time;

/**
 * What a cluster of one node still believes of the run before.
 *
 * <p>A broker that was killed is the leader of its partitions in the metadata on its disk. Started again as it is, it
 * begins to complete transactions as that leader; only when the session of its former run is over, after
 * {@code broker.session.timeout.ms}, is it registered anew, and its partitions have no leader for a moment. Kafka 4.3.1 takes
 * partitions without a leader for deleted ones (KAFKA-20734) and writes no markers for them: a transaction that was
 * about to be committed or aborted when the broker was killed is complete for its coordinator and open in its partitions for
 * ever, and whoever reads only what is committed reads nothing behind it.
 *
 * <p>So the controller alone runs first, and forgets the broker. It starts without a partition, and completes
 * transactions once it leads them, which also spares it the wait. That is done before every start but the first, also after
 * a stop that was clean: it takes a second or two.
 */
final class FormerRun {

    private static final Duration LONGEST = Duration.ofMinutes(4);

    private FormerRun() {}

    /**
     * Takes the node's broker out of the metadata, if it is there.
     *
     * @param node of a cluster of one; formatted, and not running
     * @throws LocalClusterException if the controller does not do it within four minutes
     */
    static void forget(BrokerNode node) throws InterruptedException {
        KafkaRaftServer controller = new KafkaRaftServer(new KafkaConfig(node.controllerSettings()), Time.SYSTEM);
        controller.startup();
        try (Admin admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_CONTROLLERS_CONFIG,
                node.controllerAddress(),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) LONGEST.toMillis(),
                AdminClientConfig.RETRY_BACKOFF_MS_CONFIG,
                20))) {
            admin.unregisterBroker(node.id()).all().get(LONGEST.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw failed(node, "no answer within " + LONGEST.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            // Its first start was cut off before it was registered.
            if (!(e.getCause() instanceof BrokerIdNotRegisteredException)) {
                throw failed(node, String.valueOf(e.getCause()), e);
            }
        } finally {
            controller.shutdown();
            controller.awaitShutdown();
        }
    }

    private static LocalClusterException failed(BrokerNode node, String reason, Exception cause) {
        return new LocalClusterException(
                "the controller of " + node.directory() + " did not end the broker's former run: " + reason, cause);
    }
}
