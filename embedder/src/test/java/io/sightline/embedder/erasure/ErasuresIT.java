package io.sightline.embedder.erasure;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestKafka;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Erasure;
import io.sightline.schemas.avro.ErasureDone;
import io.sightline.schemas.avro.ErasureHolder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(Patience.TEST_SECONDS)
class ErasuresIT {

    @TempDir
    Path directory;

    @Test
    void shouldWaitForADiskThatIsGoneOnlyUntilSomebodySaysSo() {
        Instant now = Instant.now();
        Instant longAgo = now.minus(ErasureLedger.LONGEST_SILENCE.multipliedBy(2));
        try (TestKafka cluster = TestKafka.start(directory.resolve("cluster"))) {
            RecordSerdes serdes = new RecordSerdes(cluster.connection());
            serdes.register();
            try (Admin admin = Admin.create(cluster.connection().admin())) {
                new TopicAdmin(admin).apply(Topics.defaults().fixed());
            }
            try (ErasureTopic topic = new ErasureTopic(cluster.connection(), serdes)) {
                topic.present(new ErasureHolder("known-images", "gone", true, 0L, longAgo));
                topic.present(new ErasureHolder("known-images", "there", true, 0L, now));
                topic.announce(new Erasure("a", 1, 10L, List.of(), now));
                topic.done(new ErasureDone("a", "known-images", "there", 1, 10L, now, "forgotten"));
            }
            try (Erasures erasures = Erasures.open(cluster.connection(), serdes, Clock.systemUTC())) {
                assertThat(state(erasures)).isEqualTo(ErasureReport.State.PENDING);
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> erasures.withdraw("unknown"))
                        .withMessageContaining("'unknown'")
                        .withMessageContaining("gone, there");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> erasures.withdraw("there"))
                        .withMessageContaining("it runs");

                assertThat(erasures.withdraw("gone")).containsExactly("known-images");

                await().until(() -> state(erasures) == ErasureReport.State.ERASED);
            }
        }
    }

    private static ErasureReport.State state(Erasures erasures) {
        return erasures.ledger().report("a", Instant.now()).orElseThrow().state();
    }
}
