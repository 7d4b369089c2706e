package io.sightline.trainer.publish;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestKafka;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Lineage;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.SeeTrainer;
import io.sightline.trainer.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two trainers by mistake, on one models topic and one folder of artifacts. */
@Timeout(Patience.TEST_SECONDS)
class PublisherIT {

    private static final ConvNet NET = new ConvNet(Preprocessing.DRAWING, List.of(4), 16);
    private static final byte[] PIXELS = new byte[Preprocessing.DRAWING.bytes()];

    @TempDir
    Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private KafkaConnection connection;
    private RecordSerdes serdes;
    private ModelCatalog catalog;
    private ModelLog log;
    private Path models;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    PublisherIT() {}

    @BeforeEach
    void start() {
        models = directory.resolve("models");
        connection = open(TestKafka.start(directory.resolve("cluster"))).connection();
        serdes = new RecordSerdes(connection);
        serdes.register();
        Admin admin = open(Admin.create(connection.admin()));
        new TopicAdmin(admin).apply(Topics.defaults().fixed());
        catalog = open(ModelCatalog.open(connection, serdes, Patience.LIMIT));
        log = open(new ModelLog(connection, serdes));
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
    }

    @Test
    void shouldRemoveWhatWasRefusedAndNothingElse() throws IOException {
        ServingGraph first = network(1);
        ServingGraph second = network(2);
        Publisher one = new Publisher(models, catalog, log, Clock.systemUTC());
        // Between its writing and its announcement the other one publishes.
        Publisher other = new Publisher(models, catalog, log, new InterruptedClock(() -> publish(one, first)));

        assertThatIllegalStateException()
                .isThrownBy(() -> publish(other, second))
                .withMessageContaining("version v1 was not taken")
                .withMessageContaining("only one trainer may publish");

        assertThatItIs("v1", first);
        try (Stream<Path> folders = Files.list(models)) {
            assertThat(folders.map(Path::toUri).map(Object::toString))
                    .containsExactly(event("v1").getArtifactUri());
        }
        assertThat(publish(other, second)).isEqualTo("v2");
        assertThatItIs("v2", second);

        AnnouncedArtifacts announced = AnnouncedArtifacts.read(connection, serdes, Patience.LIMIT);
        Instant later = Instant.now().plus(AbandonedArtifacts.SAFE_AGE.multipliedBy(2));
        assertThat(new AbandonedArtifacts(models, announced).remove(later)).isEmpty();
        assertThatItIs("v1", first);
        assertThatItIs("v2", second);
    }

    /** Its state of the versions is from before the other one's publication: it takes the same name, and writes later. */
    @Test
    void shouldLeaveAPublishedArtifactAloneThoughItTakesTheSameName() throws InterruptedException {
        ServingGraph first = network(1);
        ServingGraph second = network(2);
        ModelCatalog stale = ModelCatalog.open(connection, serdes, Patience.LIMIT);
        stale.close();
        publish(new Publisher(models, catalog, log, Clock.systemUTC()), first);
        long taken = catalog.current().lastSeen();

        Publisher late = new Publisher(models, stale, log, Clock.systemUTC());
        AtomicReference<@Nullable Throwable> end = new AtomicReference<>();
        Thread publishing = Thread.ofPlatform().start(() -> end.set(catchThrowable(() -> publish(late, second))));
        await().until(() -> catalog.current().lastSeen() > taken);
        // It waits to see what became of its event, and its catalog does not move.
        publishing.interrupt();
        publishing.join();

        assertThat(end.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("interrupted");
        assertThat(catalog.current().refusal(taken + 1).orElseThrow()).contains("v1 from CANDIDATE to CANDIDATE");
        assertThatItIs("v1", first);
        // The event of the refused one names its artifact, which is therefore left where it is.
        AnnouncedArtifacts announced = AnnouncedArtifacts.read(connection, serdes, Patience.LIMIT);
        assertThat(announced.folders().get("v1")).hasSize(2);
    }

    private void assertThatItIs(String version, ServingGraph network) {
        try (EmbeddingModel published = EmbeddingModel.load(ModelArtifact.of(event(version)))) {
            assertThat(published.embed(PIXELS))
                    .containsExactly(network.embed(List.of(PIXELS))[0], Offset.offset(1e-5f));
        }
    }

    private ModelEvent event(String version) {
        return catalog.current().find(version).orElseThrow();
    }

    private static String publish(Publisher publisher, ServingGraph network) {
        Gate.Verdict verdict = new Gate.Verdict(true, "test", Map.of());
        return publisher.publish(network, Map.of(), new Lineage(0L, 0L, 0, 0, Map.of()), verdict, null);
    }

    private ServingGraph network(long seed) {
        try (SeeTrainer trainer = SeeTrainer.create(NET, TrainingSettings.defaults(Augmentation.DRAWING, seed))) {
            return open(new ServingGraph(NET, trainer.weights()));
        }
    }

    private <T extends AutoCloseable> T open(T one) {
        opened.add(one);
        return one;
    }

    /** The time, but something else happens before it is told for the first time. */
    private static final class InterruptedClock extends Clock {

        private final Runnable before;
        private boolean told;

        InterruptedClock(Runnable before) {
            this.before = before;
        }

        @Override
        public Instant instant() {
            if (!told) {
                told = true;
                before.run();
            }
            return Instant.now();
        }

        @Override
        public ZoneId getZone() {
            return ZoneId.of("UTC");
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
