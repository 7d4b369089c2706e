package io.sightline.local;

import io.sightline.schemas.KafkaConnection;
import java.nio.file.Path;

/** A broker and a registry on one folder. Close it once; not thread-safe. */
public final class LocalCluster implements AutoCloseable {

    private final LocalBroker broker;
    private final LocalRegistry registry;

    private LocalCluster(LocalBroker broker, LocalRegistry registry) {
        this.broker = broker;
        this.registry = registry;
    }

    /**
     * Starts both, side by side, and waits for both.
     *
     * @param directory holds {@code kafka/} and {@code registry/}
     * @param kafkaPort port of the broker, 0 for any
     * @param registryPort port of the registry, 0 for any
     * @throws LocalClusterException if one of them does not start
     */
    public static LocalCluster start(Path directory, int kafkaPort, int registryPort) {
        LocalRegistry registry = LocalRegistry.launch(directory.resolve("registry"), registryPort);
        try {
            LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), kafkaPort);
            try {
                registry.awaitReady();
                return new LocalCluster(broker, registry);
            } catch (LocalClusterException e) {
                broker.close();
                throw e;
            }
        } catch (LocalClusterException e) {
            registry.close();
            throw e;
        }
    }

    /** Where to find them. */
    public KafkaConnection connection() {
        return new KafkaConnection(broker.bootstrapServers(), registry.url());
    }

    @Override
    public void close() {
        broker.close();
        registry.close();
    }
}
