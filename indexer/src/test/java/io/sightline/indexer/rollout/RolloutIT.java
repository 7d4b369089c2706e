package io.sightline.indexer.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.sightline.embedder.erasure.ErasureLedger;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.testing.TestModels;
import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.indexer.indexing.IndexingSettings;
import io.sightline.indexer.indexing.LaneIndexes;
import io.sightline.indexer.rollout.gates.GateSettings;
import io.sightline.indexer.rollout.gates.LiveQueries;
import io.sightline.local.LocalCluster;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Lineage;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rollouts on a real broker, with real networks and indexes; only what embedders write is played. */
@Timeout(90)
class RolloutIT {

    private static final int CLASSES = 30;
    private static final int IMAGES_PER_CLASS = 10;
    private static final int DIMENSIONS = 16;
    private static final double NOISE = 0.3;
    private static final GateSettings GATES = new GateSettings(0.01, 50, 300, 20, 0, 0.5);
    private static final IndexingSettings FAST = new IndexingSettings(Duration.ofMillis(50), Duration.ofMillis(200));

    @TempDir
    Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private RecordSerdes serdes;
    private KafkaConnection connection;
    private ModelCatalog catalog;
    private ModelLog log;
    private PlayedLanes lanes;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    RolloutIT() {}

    @BeforeEach
    void start() throws Exception {
        connection =
                open(LocalCluster.start(directory.resolve("cluster"), 0, 0)).connection();
        serdes = new RecordSerdes(connection);
        serdes.register();
        Admin admin = open(Admin.create(connection.admin()));
        new TopicAdmin(admin).apply(Topics.defaults().fixed());
        catalog = open(ModelCatalog.open(connection, serdes, Duration.ofSeconds(30)));
        log = open(new ModelLog(connection, serdes));
        lanes = open(new PlayedLanes(connection, serdes));
        for (int i = 0; i < CLASSES * IMAGES_PER_CLASS; i++) {
            lanes.image("image-" + i, label(i));
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
    }

    @Test
    void shouldLetOnlyThatAnswerWhichPassesEveryGate() throws Exception {
        control("one", RolloutSettings.Policy.WAIT);
        publish("v1", 1);
        lanes.embed("v1", id -> clustered(id, 1), List.of());
        awaitStatus("v1", ModelStatus.ACTIVE);

        publish("v2", 2);
        lanes.embed("v2", id -> clustered(id, 2), List.of("image-7"));
        ModelEvent missing = awaitStatus("v2", ModelStatus.REJECTED);
        assertThat(missing.getCause()).isEqualTo("gate-failed");
        assertThat(missing.getReason())
                .contains("count gate: 1 of 300 images are missing")
                .contains("image-7");
        assertThat(missing.getGate()).containsEntry("count.missing", 1.0);

        publish("v3", 3);
        lanes.embed("v3", id -> id.endsWith("5") ? Optional.empty() : clustered(id, 3), List.of());
        ModelEvent dead = awaitStatus("v3", ModelStatus.REJECTED);
        assertThat(dead.getReason()).contains("count gate: 30 of 300 images could not be embedded");
        assertThat(dead.getGate()).containsEntry("count.deadLettered", 30.0);

        publish("v4", 4);
        lanes.embed("v4", id -> Optional.of(random(id.hashCode())), List.of());
        ModelEvent worse = awaitStatus("v4", ModelStatus.REJECTED);
        assertThat(worse.getReason()).contains("holdout gate: Recall@1 of").contains("shadow gate: ");
        assertThat(worse.getGate().get("holdout.recallAt1"))
                .isLessThan(worse.getGate().get("holdout.active.recallAt1"));
        assertThat(worse.getGate().get("shadow.overlapAt10")).isLessThan(0.5);
        assertThat(worse.getGate()).containsEntry("self.first", 50.0).containsEntry("count.missing", 0.0);

        publish("v5", 5);
        lanes.embed("v5", id -> clustered(id, 1), List.of());
        ModelEvent good = awaitStatus("v5", ModelStatus.ACTIVE);
        assertThat(good.getCause()).isEqualTo("gates-passed");
        assertThat(good.getGate()).containsEntry("shadow.overlapAt10", 1.0).containsEntry("count.active", 300.0);
        ModelEvent replaced = awaitStatus("v1", ModelStatus.RETIRED);
        assertThat(replaced.getExpiresAt()).isNotNull();
    }

    @Test
    void shouldComeToOneHistoryWithSeveralIndexers() throws Exception {
        control("one", RolloutSettings.Policy.WAIT);
        control("two", RolloutSettings.Policy.WAIT);
        control("three", RolloutSettings.Policy.WAIT);
        for (int i = 1; i <= 4; i++) {
            publish("v" + i, i);
            lanes.embed("v" + i, id -> clustered(id, 1), List.of());
            awaitStatus("v" + i, ModelStatus.ACTIVE);
        }
        awaitStatus("v3", ModelStatus.RETIRED);

        ModelVersions versions = catalog.current();
        for (int i = 1; i <= 3; i++) {
            assertThat(versions.history("v" + i))
                    .extracting(step -> step.event().getCause())
                    .containsExactly("published", "its-turn", "gates-passed", "replaced");
        }
        assertThat(versions.withStatus(ModelStatus.ACTIVE)).hasSize(1);
    }

    @Test
    void shouldDoWhatIsAskedForAndSayWhatIsNotPossible() throws Exception {
        RolloutRequests requests = control("one", RolloutSettings.Policy.WAIT);
        publish("v1", 1);
        lanes.embed("v1", id -> clustered(id, 1), List.of());
        awaitStatus("v1", ModelStatus.ACTIVE);

        refused(() -> requests.retire("v1"), "v1 is ACTIVE: searches need it");
        refused(() -> requests.promote("v1"), "v1 is ACTIVE already");
        refused(() -> requests.promote("v9"), "there is no version v9, only [v1]");
        refused(() -> requests.rollback(null), "nothing to go back to");

        publish("v2", 2);
        awaitStatus("v2", ModelStatus.STAGED);
        refused(() -> requests.promote("v2"), "v2");
        publish("v3", 3);
        awaitStatus("v3", ModelStatus.CANDIDATE);
        requests.promote("v3");
        awaitStatus("v3", ModelStatus.STAGED);
        assertThat(status("v2")).isEqualTo(ModelStatus.REJECTED);
        refused(() -> requests.promote("v2"), "a rejected version never comes back");
        refused(() -> requests.rollback("v3"), "only a retired version within its grace");

        requests.retire("v3");
        ModelEvent retired = awaitStatus("v3", ModelStatus.REJECTED);
        assertThat(retired.getCause()).isEqualTo("retired-by-request");

        publish("v4", 4);
        lanes.embed("v4", id -> clustered(id, 1), List.of());
        awaitStatus("v4", ModelStatus.ACTIVE);
        awaitStatus("v1", ModelStatus.RETIRED);
        requests.rollback("v1");
        awaitStatus("v1", ModelStatus.ACTIVE);
        assertThat(status("v4")).isEqualTo(ModelStatus.RETIRED);
        requests.retire("v4");
        await().untilAsserted(() -> assertThat(catalog.current().live(Instant.now()))
                .extracting(ModelEvent::getVersion)
                .containsExactly("v1"));
    }

    @Test
    void shouldLetANewerVersionTakeThePlaceOfOneThatBackFillsIfThatIsThePolicy() throws Exception {
        control("one", RolloutSettings.Policy.SUPERSEDE);
        publish("v1", 1);
        awaitStatus("v1", ModelStatus.STAGED);
        publish("v2", 2);

        ModelEvent superseded = awaitStatus("v1", ModelStatus.REJECTED);
        awaitStatus("v2", ModelStatus.STAGED);

        assertThat(superseded.getCause()).isEqualTo("superseded");
        assertThat(superseded.getReason()).isEqualTo("superseded by v2");
    }

    private RolloutRequests control(String name, RolloutSettings.Policy policy) {
        Clock clock = Clock.systemUTC();
        RolloutSettings settings =
                new RolloutSettings(Duration.ofMinutes(10)).with(policy).with(GATES);
        Admin admin = open(Admin.create(connection.admin()));
        ModelCatalog own = open(ModelCatalog.open(connection, serdes, Duration.ofSeconds(30)));
        ModelLog ownLog = open(new ModelLog(connection, serdes));
        LaneIndexes indexes = open(new LaneIndexes(
                connection, serdes, FAST, images -> {}, directory.resolve(name), new ErasureLedger(), clock));
        open(new RolloutController(own, ownLog, indexes, settings, new LiveQueries(), admin, clock));
        return new RolloutRequests(own, ownLog, indexes, settings, admin, clock);
    }

    private void publish(String version, long seed) {
        var artifact = TestModels.write(directory.resolve("models"), version, Preprocessing.DRAWING, DIMENSIONS, seed);
        log.publish(ModelEvent.newBuilder(TestModels.event(artifact, Instant.now()))
                .setSettings(new HoldoutRule(0.3, 1, 0.2).describe(CLASSES))
                .setLineage(new Lineage(100L, seed, CLASSES, CLASSES * IMAGES_PER_CLASS, Map.of()))
                .build());
    }

    private ModelEvent awaitStatus(String version, ModelStatus status) {
        await(version + " to be " + status)
                .atMost(Duration.ofSeconds(60))
                .until(() -> catalog.current()
                        .find(version)
                        .filter(event -> event.getStatus() == status)
                        .isPresent());
        return catalog.current().find(version).orElseThrow();
    }

    private ModelStatus status(String version) {
        ModelVersions versions = catalog.current();
        return versions.status(versions.find(version).orElseThrow());
    }

    private static void refused(ThrowingCallable request, String why) {
        assertThatExceptionOfType(RolloutException.class).isThrownBy(request).withMessageContaining(why);
    }

    /** Images of a class lie together; another seed is another space. */
    private static Optional<float[]> clustered(String id, long seed) {
        int number = Integer.parseInt(id.substring("image-".length()));
        float[] vector = random(seed * 1000 + number % CLASSES);
        float[] own = random(seed * 100_000 + number);
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] += (float) NOISE * own[i];
        }
        return Optional.of(unit(vector));
    }

    private static String label(int number) {
        return "class-" + number % CLASSES;
    }

    private static float[] random(long seed) {
        Random random = new Random(seed);
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return unit(vector);
    }

    private static float[] unit(float[] vector) {
        double square = 0;
        for (float value : vector) {
            square += value * value;
        }
        float[] unit = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            unit[i] = (float) (vector[i] / Math.sqrt(square));
        }
        return unit;
    }

    private <T extends AutoCloseable> T open(T one) {
        opened.add(one);
        return one;
    }
}
