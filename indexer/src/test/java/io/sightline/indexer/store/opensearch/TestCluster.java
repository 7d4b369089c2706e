package io.sightline.indexer.store.opensearch;

import io.sightline.local.OpenSearchCluster;
import io.sightline.local.OpenSearchHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One OpenSearch node for all tests of a run, started with the first; tests are skipped where it is not installed. */
final class TestCluster implements AutoCloseable {

    private final Path directory;
    private final OpenSearchCluster cluster;

    private TestCluster(Path directory, OpenSearchCluster cluster) {
        this.directory = directory;
        this.cluster = cluster;
    }

    /** The node of this run. */
    static OpenSearchSettings settings(ExtensionContext context) {
        Assumptions.assumeTrue(OpenSearchHome.isPresent(), OpenSearchHome::advice);
        TestCluster node = context.getRoot()
                .getStore(ExtensionContext.Namespace.create(TestCluster.class))
                .computeIfAbsent(TestCluster.class, key -> start(), TestCluster.class);
        return OpenSearchSettings.of(node.cluster.urls().toArray(URI[]::new));
    }

    /** The same cluster with indexes of one test's own, of one shard without a replica. */
    static OpenSearchSettings ownIndexes(OpenSearchSettings cluster) {
        return cluster.withPrefix("test-" + UUID.randomUUID().toString().toLowerCase(Locale.ROOT))
                .with(new OpenSearchSettings.Layout(1, 0));
    }

    private static TestCluster start() {
        try {
            Path directory = Files.createTempDirectory("sightline-opensearch");
            return new TestCluster(directory, OpenSearchCluster.start(directory, 1, "512m"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        cluster.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
