package io.sightline.indexer.store.opensearch;

import io.sightline.local.OpenSearchCluster;
import io.sightline.local.OpenSearchHome;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One OpenSearch node for all tests of a run, started with the first; tests are skipped where it is not installed. */
final class TestCluster implements AutoCloseable {

    private final OpenSearchCluster cluster;

    private TestCluster(OpenSearchCluster cluster) {
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

    private static TestCluster start() {
        try {
            Path directory = Files.createTempDirectory("sightline-opensearch");
            return new TestCluster(OpenSearchCluster.start(directory, 1, "512m"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        cluster.close();
    }
}
