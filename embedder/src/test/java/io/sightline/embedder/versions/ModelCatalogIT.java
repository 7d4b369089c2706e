package io.sightline.embedder.versions;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestKafka;
import io.sightline.embedder.testing.TestModels;
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

@Timeout(Patience.TEST_SECONDS)
class ModelCatalogIT {

    @TempDir
    Path directory;

    @Test
    void shouldKnowForHowLongItsStateMayHaveBeenAnOldOne() {
        TestKafka cluster = TestKafka.start(directory.resolve("cluster"));
        RecordSerdes serdes = new RecordSerdes(cluster.connection());
        serdes.register();
        try (Admin admin = Admin.create(cluster.connection().admin())) {
            new TopicAdmin(admin).apply(Topics.defaults().fixed());
        }
        try (ModelCatalog catalog = ModelCatalog.open(cluster.connection(), serdes, Patience.LIMIT)) {
            try (ModelLog log = new ModelLog(cluster.connection(), serdes)) {
                var artifact = TestModels.write(directory.resolve("models"), "v1", Preprocessing.DRAWING, 8, 1);
                catalog.await(log.publish(TestModels.event(artifact, Instant.now())), Patience.LIMIT);
            }
            Duration before = catalog.staleFor();
            // It stays young though nothing is written.
            await().pollDelay(Duration.ofSeconds(4))
                    .until(() -> catalog.staleFor().compareTo(before.plusSeconds(3)) < 0);

            cluster.close();

            await().until(() -> catalog.staleFor().compareTo(Duration.ofSeconds(6)) > 0);
            assertThat(catalog.current().find("v1")).isPresent();
        }
    }
}
