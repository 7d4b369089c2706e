package io.sightline.indexer.store.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sightline.indexer.store.StoreKey;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** An index of two shards on one node that may have one of them only. */
@Timeout(240)
@ExtendWith(OnTestCluster.class)
class MissingPrimaryIT {

    private static final StoreKey KEY = new StoreKey("v1", 4, "topic-1", "topic-2");
    private static final String LIMIT = "index.routing.allocation.total_shards_per_node";

    private final String index = "test-" + UUID.randomUUID().toString().toLowerCase(Locale.ROOT);
    private final OpenSearchSettings settings;

    MissingPrimaryIT(OpenSearchSettings cluster) {
        this.settings = cluster.with(new OpenSearchSettings.Layout(2, 0))
                .with(new OpenSearchSettings.Patience(
                        Duration.ofSeconds(1), Duration.ofSeconds(90), Duration.ofSeconds(3), Duration.ofSeconds(3)));
    }

    @Test
    void shouldClaimNothingToBeSearchableWhileAShardHasNoPrimary() {
        try (OpenSearchConnection connection = new OpenSearchConnection(settings)) {
            connection.send(Call.put("/" + index, definition()).with("wait_for_active_shards", 0));
            connection.send(Call.get("/_cluster/health/" + index)
                    .with("wait_for_no_initializing_shards", true)
                    .with("timeout", "30s"));
            try (OpenSearchStore store = new OpenSearchStore(KEY, index, connection, Clock.systemUTC())) {
                assertThatExceptionOfType(ClusterUnavailableException.class)
                        .isThrownBy(store::refresh)
                        .withMessageContaining("a shard of " + index + " has no primary");

                connection.send(Call.put(
                        "/" + index + "/_settings",
                        OpenSearchConnection.JSON.createObjectNode().put(LIMIT, -1)));
                connection.send(Call.get("/_cluster/health/" + index)
                        .with("wait_for_status", "green")
                        .with("timeout", "30s"));
                store.refresh();
                assertThat(store.count()).isZero();
            } finally {
                connection.send(Call.delete("/" + index));
            }
        }
    }

    private static ObjectNode definition() {
        ObjectNode definition = IndexDefinition.index(KEY);
        definition
                .putObject("settings")
                .put("index.knn", true)
                .put("index.number_of_shards", 2)
                .put("index.number_of_replicas", 0)
                .put(LIMIT, 1);
        return definition;
    }
}
