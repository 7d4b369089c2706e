package io.sightline.indexer.store.opensearch;

import java.net.URI;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

/** The contract on the genuine image. Skipped where there is no Docker. */
@Testcontainers(disabledWithoutDocker = true)
class OpenSearchStoreContainerIT extends OpenSearchStoreContract {

    private static final int PORT = 9200;

    @Container
    private static final GenericContainer<?> OPENSEARCH = new GenericContainer<>(
                    DockerImageName.parse("opensearchproject/opensearch:3.5.0"))
            .withExposedPorts(PORT)
            .withEnv("discovery.type", "single-node")
            .withEnv("DISABLE_SECURITY_PLUGIN", "true")
            .withEnv("DISABLE_INSTALL_DEMO_CONFIG", "true")
            .withEnv("OPENSEARCH_JAVA_OPTS", "-Xmx768m")
            .waitingFor(Wait.forHttp("/_cluster/health").forStatusCode(200));

    @Override
    OpenSearchSettings cluster() {
        return OpenSearchSettings.of(
                URI.create("http://" + OPENSEARCH.getHost() + ":" + OPENSEARCH.getMappedPort(PORT)));
    }
}
