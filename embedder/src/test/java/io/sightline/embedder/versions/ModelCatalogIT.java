package io.sightline.embedder.versions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.testing.TestModels;
import io.sightline.local.LocalCluster;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ModelCatalogIT {

    @TempDir
    Path directory;

    @Test
    void shouldKnowForHowLongItsStateMayHaveBeenAnOldOne() {
        LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"), 0, 0);
        RecordSerdes serdes = new RecordSerdes(cluster.connection());
        serdes.register();
        try (Admin admin = Admin.create(cluster.connection().admin())) {
            new TopicAdmin(admin).apply(Topics.defaults().fixed());
        }
        try (ModelCatalog catalog = ModelCatalog.open(cluster.connection(), serdes, Duration.ofSeconds(30))) {
            try (ModelLog log = new ModelLog(cluster.connection(), serdes)) {
                var artifact = TestModels.write(directory.resolve("models"), "v1", Preprocessing.DRAWING, 8, 1);
                catalog.await(log.publish(TestModels.event(artifact, Instant.now())), Duration.ofSeconds(30));
            }
            Duration before = catalog.staleFor();
            // It stays young though nothing is written.
            await().pollDelay(Duration.ofSeconds(4))
                    .until(() -> catalog.staleFor().compareTo(before.plusSeconds(3)) < 0);

            cluster.close();

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> catalog.staleFor().compareTo(Duration.ofSeconds(6)) > 0);
            assertThat(catalog.current().find("v1")).isPresent();
        }
    }
}
