package io.sightline.deploy.attacks;

import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestKafka;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.http.Access;
import io.sightline.http.ApiKeyFile;
import io.sightline.http.ApiServer;
import io.sightline.http.HttpSettings;
import io.sightline.http.RequestLimits;
import io.sightline.http.Scope;
import io.sightline.indexer.IndexerService;
import io.sightline.indexer.indexing.IndexingSettings;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.indexer.store.lucene.LuceneStores;
import io.sightline.ingest.gateway.IngestApi;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/** The gateway and the indexer on a real broker, and two servers alone. Close it once. */
final class AttackedServers implements AutoCloseable {

    static final Duration STRICT_TIMEOUT = Duration.ofSeconds(1);
    static final int STRICT_BURST = 15;

    final String ingestKey;
    final String searchKey;
    final String adminKey;
    final String expiredKey;
    final String revokedKey;
    final Tokens tokens;

    private final TestKafka cluster;
    private final ModelCatalog catalog;
    private final IngestApi ingest;
    private final IndexerService indexer;
    private final ApiServer open;
    private final ApiServer strict;

    AttackedServers(Path folder) throws Exception {
        ApiKeyFile keys = new ApiKeyFile(folder.resolve("keys.json"));
        Instant now = Instant.now();
        this.ingestKey = keys.create("camera", List.of("ingest"), now, null);
        this.searchKey = keys.create("shop", List.of("search"), now, null);
        this.adminKey = keys.create("operator", List.of("admin"), now, null);
        this.expiredKey = keys.create("past", List.of("admin"), now.minusSeconds(60), now.minusSeconds(1));
        this.revokedKey = keys.create("gone", List.of("admin"), now, null);
        keys.revoke("gone");
        this.tokens = new Tokens(folder);
        Access access = new Access(folder.resolve("keys.json"), tokens.settings());
        HttpSettings asking = HttpSettings.loopback(0).withAccess(access);
        this.cluster = TestKafka.start(folder.resolve("cluster"));
        RecordSerdes serdes = new RecordSerdes(cluster.connection());
        serdes.register();
        try (Admin admin = Admin.create(cluster.connection().admin())) {
            new TopicAdmin(admin).apply(Topics.defaults().fixed());
        }
        this.ingest = new IngestApi(
                cluster.connection(),
                serdes,
                ImageLimits.DEFAULT,
                PayloadSettings.at(folder.resolve("payloads").toString()),
                folder.resolve("ingest"),
                Telemetry.withoutSpans(),
                asking,
                Clock.systemUTC());
        this.catalog = ModelCatalog.open(cluster.connection(), serdes, Patience.LIMIT);
        this.indexer = new IndexerService(
                cluster.connection(),
                serdes,
                catalog,
                new IndexingSettings(Duration.ofMillis(50), Duration.ofMillis(100)),
                RolloutSettings.DEFAULT,
                new PayloadReader(null, null, 0),
                new LuceneStores(folder.resolve("indexes"), Clock.systemUTC()),
                folder.resolve("indexes"),
                Telemetry.withoutSpans(),
                asking,
                Clock.systemUTC());
        this.open = alone(HttpSettings.loopback(0));
        this.strict = alone(asking.withLimits(
                RequestLimits.DEFAULT.withRate(1, STRICT_BURST).withTimeout(STRICT_TIMEOUT)));
    }

    private static ApiServer alone(HttpSettings settings) {
        return ApiServer.start(settings, 1024, routes -> {
            routes.get("/v1/status", context -> context.json(Map.of("status", "fine")), Scope.MONITOR);
            routes.post(
                    "/v1/bytes",
                    context -> context.json(Map.of("bytes", ApiServer.body(context, 1024).length)),
                    Scope.INGEST);
        });
    }

    String url(Request.Target target) {
        return switch (target) {
            case INGEST -> ingest.url();
            case SEARCH -> indexer.url();
            case OPEN -> open.url();
            case STRICT -> strict.url();
        };
    }

    @Override
    public void close() {
        open.close();
        strict.close();
        ingest.close();
        indexer.close();
        catalog.close();
        cluster.close();
    }
}
