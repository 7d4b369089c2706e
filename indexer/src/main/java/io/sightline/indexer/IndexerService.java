package io.sightline.indexer;

import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.indexer.indexing.IndexingSettings;
import io.sightline.indexer.indexing.LaneIndexes;
import io.sightline.indexer.rollout.RolloutController;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.indexer.search.SearchApi;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import java.nio.file.Path;
import java.time.Clock;
import org.apache.kafka.clients.admin.Admin;

/** The indexer as a service: indexes, rollout and search in one process. Close it once. */
public final class IndexerService implements AutoCloseable {

    private final Admin admin;
    private final ModelLog log;
    private final LaneIndexes indexes;
    private final RolloutController rollout;
    private final SearchApi api;

    /**
     * Starts everything. The catalog is used, and not closed.
     *
     * @param directory where the indexes lie
     * @param port of the search API, 0 for any
     */
    public IndexerService(
            KafkaConnection connection,
            RecordSerdes serdes,
            ModelCatalog catalog,
            IndexingSettings indexing,
            RolloutSettings settings,
            Path directory,
            String host,
            int port,
            Clock clock) {
        this.admin = Admin.create(connection.admin());
        this.log = new ModelLog(connection, serdes);
        this.indexes = new LaneIndexes(connection, serdes, indexing, directory);
        this.rollout = new RolloutController(catalog, log, indexes, settings, admin, clock);
        this.api = new SearchApi(catalog, indexes, rollout, host, port);
    }

    /** Address of the search API. */
    public String url() {
        return api.url();
    }

    @Override
    public void close() {
        api.close();
        rollout.close();
        indexes.close();
        log.close();
        admin.close();
    }
}
