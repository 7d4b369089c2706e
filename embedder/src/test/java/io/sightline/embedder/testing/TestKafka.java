package io.sightline.embedder.testing;

import io.sightline.local.LocalBroker;
import io.sightline.local.LocalRegistry;
import io.sightline.schemas.KafkaConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A new broker, and a registry that all tests of a process share: it takes far longer to start, and what one test registers
 * the others register as well. Close it once; not thread-safe.
 */
public final class TestKafka implements AutoCloseable {

    private final LocalBroker broker;
    private final KafkaConnection connection;

    private TestKafka(LocalBroker broker, KafkaConnection connection) {
        this.broker = broker;
        this.connection = connection;
    }

    /** The registry; it ends with this process. */
    private static final class Shared {

        private static final LocalRegistry REGISTRY = start();

        private static LocalRegistry start() {
            try {
                Path directory = Files.createTempDirectory("sightline-registry");
                LocalRegistry registry = LocalRegistry.start(directory, 0);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> end(registry, directory)));
                return registry;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void end(LocalRegistry registry, Path directory) {
            registry.close();
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Starts a broker on a folder. */
    public static TestKafka start(Path directory) {
        String registry = Shared.REGISTRY.url();
        LocalBroker broker = LocalBroker.start(directory, 0);
        return new TestKafka(broker, new KafkaConnection(broker.bootstrapServers(), registry));
    }

    /** Where to find them. */
    public KafkaConnection connection() {
        return connection;
    }

    @Override
    public void close() {
        broker.close();
    }
}
