package io.sightline.indexer.rollout;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.erasure.ErasureLedger;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.runtime.VersionNetwork;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestKafka;
import io.sightline.embedder.testing.TestModels;
import io.sightline.embedder.versions.Cause;
import io.sightline.embedder.versions.Decision;
import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.indexer.indexing.IndexingSettings;
import io.sightline.indexer.indexing.LaneIndexes;
import io.sightline.indexer.lineage.EventReader;
import io.sightline.indexer.lineage.ImageSource;
import io.sightline.indexer.rollout.gates.GateSettings;
import io.sightline.indexer.rollout.gates.LiveQueries;
import io.sightline.indexer.store.lucene.LuceneStores;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Lineage;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.apache.kafka.clients.admin.Admin;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rollouts on a real broker, with real networks and indexes; only what embedders write is played. */
@Timeout(Patience.TEST_SECONDS)
class RolloutIT {

    private static final int IMAGES = 10 * ClassDrawings.CLASSES;
    private static final int DIMENSIONS = 16;
    private static final GateSettings GATES = new GateSettings(0.01, 50, 300, 20, 0, 0.5);
    private static final IndexingSettings FAST = new IndexingSettings(Duration.ofMillis(50), Duration.ofMillis(200));

    @TempDir
    Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private RecordSerdes serdes;
    private KafkaConnection connection;
    private ModelCatalog catalog;
    /** Of all that take part: each comes to know of an event in its own time. */
    private final List<ModelCatalog> catalogs = new ArrayList<>();

    private ModelLog log;
    private PlayedLanes lanes;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    RolloutIT() {}

    @BeforeEach
    void start() throws Exception {
        connection = open(TestKafka.start(directory.resolve("cluster"))).connection();
        serdes = new RecordSerdes(connection);
        serdes.register();
        Admin admin = open(Admin.create(connection.admin()));
        new TopicAdmin(admin).apply(Topics.defaults().fixed());
        catalog = openCatalog();
        log = open(new ModelLog(connection, serdes));
        lanes = open(new PlayedLanes(connection, serdes));
        for (int i = 0; i < IMAGES; i++) {
            lanes.image("image-" + i, ClassDrawings.png(i), ClassDrawings.label(i));
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
        activate("v1");

        var v2 = vectors(publish("v2"));
        lanes.embed("v2", v2, List.of("image-7"));
        ModelEvent missing = awaitStatus("v2", ModelStatus.REJECTED);
        assertThat(missing.getCause()).isEqualTo("gate-failed");
        assertThat(missing.getReason())
                .contains("count gate: 1 of 300 images are missing")
                .contains("image-7");
        assertThat(missing.getGate()).containsEntry("count.missing", 1.0);

        var v3 = vectors(publish("v3"));
        lanes.embed("v3", id -> id.endsWith("5") ? Optional.empty() : v3.apply(id), List.of());
        ModelEvent dead = awaitStatus("v3", ModelStatus.REJECTED);
        assertThat(dead.getReason()).contains("count gate: 30 of 300 images could not be embedded");
        assertThat(dead.getGate()).containsEntry("count.deadLettered", 30.0);

        lanes.embed("v4", vectors(publish("v4", ClassDrawings::isOwn)), List.of());
        ModelEvent worse = awaitStatus("v4", ModelStatus.REJECTED);
        assertThat(worse.getReason()).contains("holdout gate: Recall@1 of").contains("shadow gate: ");
        assertThat(worse.getGate().get("holdout.recallAt1"))
                .isLessThan(worse.getGate().get("holdout.active.recallAt1"));
        assertThat(worse.getGate().get("shadow.overlapAt10")).isLessThan(0.5);
        assertThat(worse.getGate()).containsEntry("self.first", 50.0).containsEntry("count.missing", 0.0);

        lanes.embed("v5", vectors(publish("v5")), List.of());
        ModelEvent good = awaitStatus("v5", ModelStatus.ACTIVE);
        assertThat(good.getCause()).isEqualTo("gates-passed");
        assertThat(good.getGate()).containsEntry("shadow.overlapAt10", 1.0).containsEntry("count.active", 300.0);
        ModelEvent replaced = awaitStatus("v1", ModelStatus.RETIRED);
        assertThat(replaced.getExpiresAt()).isNotNull();
    }

    /** All other gates pass these indexes: they hold every image, and images of a class lie together. */
    @Test
    @Tag("slow")
    void shouldRejectAVersionWhoseImagesDoNotFindThemselves() throws Exception {
        control("one", RolloutSettings.Policy.WAIT);
        ModelArtifact v1 = activate("v1");

        publish("v2", any -> true, 2);
        lanes.embed("v2", vectors(v1), List.of());
        ModelEvent foreign = awaitStatus("v2", ModelStatus.REJECTED);
        assertThat(foreign.getReason())
                .startsWith("self-retrieval gate: ")
                .contains("of 50 sampled images do not find themselves when they are embedded again, image image-")
                .doesNotContain("count gate", "holdout gate", "shadow gate");
        assertThat(foreign.getGate())
                .containsEntry("self.sampled", 50.0)
                .containsEntry("self.gone", 0.0)
                .containsEntry("shadow.overlapAt10", 1.0);
        assertThat(foreign.getGate().get("self.firstAtEf1000")).isLessThan(10);

        var v3 = vectors(publish("v3"));
        lanes.embed("v3", id -> v3.apply(ClassDrawings.next(id)), List.of());
        ModelEvent shuffled = awaitStatus("v3", ModelStatus.REJECTED);
        assertThat(shuffled.getReason())
                .startsWith("self-retrieval gate: 50 of 50")
                .doesNotContain("holdout gate");
        assertThat(shuffled.getGate()).containsEntry("self.first", 0.0);
        assertThat(shuffled.getGate().get("self.minCosine")).isLessThan(0.999);
    }

    @Test
    @Tag("slow")
    void shouldComeToOneHistoryWithSeveralIndexers() throws Exception {
        control("one", RolloutSettings.Policy.WAIT);
        control("two", RolloutSettings.Policy.WAIT);
        control("three", RolloutSettings.Policy.WAIT);
        for (int i = 1; i <= 4; i++) {
            activate("v" + i);
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
        activate("v1");

        refused(() -> requests.retire("v1"), "v1 is ACTIVE: searches need it");
        refused(() -> requests.promote("v1"), "v1 is ACTIVE already");
        refused(() -> requests.promote("v9"), "there is no version v9, only [v1]");
        refused(() -> requests.rollback(null), "nothing to go back to");

        publish("v2");
        awaitStatus("v2", ModelStatus.STAGED);
        refused(() -> requests.promote("v2"), "v2");
        publish("v3");
        awaitStatus("v3", ModelStatus.CANDIDATE);
        requests.promote("v3");
        awaitStatus("v3", ModelStatus.STAGED);
        assertThat(status("v2")).isEqualTo(ModelStatus.REJECTED);
        assertThat(awaitStatus("v2", ModelStatus.REJECTED).getCause()).isEqualTo("superseded");
        refused(() -> requests.promote("v2"), "a rejected version never comes back");
        refused(() -> requests.rollback("v3"), "only a retired version within its grace");

        requests.retire("v3");
        ModelEvent retired = awaitStatus("v3", ModelStatus.REJECTED);
        assertThat(retired.getCause()).isEqualTo("retired-by-request");

        activate("v4");
        awaitStatus("v1", ModelStatus.RETIRED);
        requests.rollback("v1");
        awaitStatus("v1", ModelStatus.ACTIVE);
        assertThat(status("v4")).isEqualTo(ModelStatus.RETIRED);
        requests.retire("v4");
        await().untilAsserted(() -> assertThat(catalog.current().live(Instant.now()))
                .extracting(ModelEvent::getVersion)
                .containsExactly("v1"));
    }

    /** The process that was asked to promote v2 dies with its event written. */
    @Test
    void shouldGoOnFromWhereAPromotionWasCutOff() throws Exception {
        publish("v1");
        decide(new Decision("v1", ModelStatus.STAGED, Cause.ITS_TURN, "test"));
        ModelArtifact v2 = publish("v2");
        decide(new Decision("v2", ModelStatus.STAGED, Cause.PROMOTED, "test"));

        control("one", RolloutSettings.Policy.WAIT);
        lanes.embed("v2", vectors(v2), List.of());

        assertThat(awaitStatus("v1", ModelStatus.REJECTED).getReason())
                .isEqualTo("superseded by a version that was promoted");
        awaitStatus("v2", ModelStatus.ACTIVE);
        assertThat(catalog.current().history("v2"))
                .extracting(step -> step.event().getCause())
                .containsExactly("published", "promoted", "gates-passed");
    }

    @Test
    void shouldLetANewerVersionTakeThePlaceOfOneThatBackFillsIfThatIsThePolicy() throws Exception {
        control("one", RolloutSettings.Policy.SUPERSEDE);
        publish("v1");
        awaitStatus("v1", ModelStatus.STAGED);
        publish("v2");

        ModelEvent superseded = awaitStatus("v1", ModelStatus.REJECTED);
        awaitStatus("v2", ModelStatus.STAGED);

        assertThat(superseded.getCause()).isEqualTo("superseded");
        assertThat(superseded.getReason()).isEqualTo("superseded by v2");
    }

    @Test
    @Tag("slow")
    void shouldWaitForAnArtifactThatCannotBeReadAndRejectOneThatIsWrong() throws Exception {
        RolloutRequests requests = control("one", RolloutSettings.Policy.WAIT);
        ModelArtifact v1 = write("v1", any -> true, 1);
        Path away = Files.move(v1.directory(), directory.resolve("away"));
        announce(v1);
        awaitStatus("v1", ModelStatus.CANDIDATE);
        refused(() -> requests.promote("v1"), "v1 stays as it is, try again: the folder");
        // The controller tries in the meantime, too.
        await().during(Duration.ofSeconds(2)).until(() -> status("v1") == ModelStatus.CANDIDATE);

        Files.move(away, v1.directory());
        lanes.embed("v1", vectors(v1), List.of());
        awaitStatus("v1", ModelStatus.ACTIVE);

        ModelArtifact v2 = write("v2", any -> true, 1);
        Files.delete(v2.directory().resolve("manifest.json"));
        announce(v2);
        ModelEvent wrong = awaitStatus("v2", ModelStatus.REJECTED);
        assertThat(wrong.getCause()).isEqualTo("artifact-refused");
        assertThat(wrong.getReason()).contains("manifest.json is missing from the artifact");
    }

    private RolloutRequests control(String name, RolloutSettings.Policy policy) {
        Clock clock = Clock.systemUTC();
        RolloutSettings settings =
                new RolloutSettings(Duration.ofMinutes(10)).with(policy).with(GATES);
        Admin admin = open(Admin.create(connection.admin()));
        ModelCatalog own = openCatalog();
        ModelLog ownLog = open(new ModelLog(connection, serdes));
        LaneIndexes indexes = open(new LaneIndexes(
                connection,
                serdes,
                FAST,
                images -> {},
                new LuceneStores(directory.resolve(name), clock),
                directory.resolve(name),
                new ErasureLedger(),
                Telemetry.withoutSpans(),
                clock));
        ImageSource source =
                new ImageSource(open(new EventReader(connection)), serdes, new PayloadReader(null, null, 0));
        open(new RolloutController(own, ownLog, indexes, settings, new LiveQueries(), source, admin, clock));
        return new RolloutRequests(own, ownLog, indexes, settings, admin, clock);
    }

    private void decide(Decision decision) {
        awaitStatus(decision.version(), ModelStatus.CANDIDATE);
        long offset = log.decide(catalog.current(), decision, Instant.now());
        assertThat(catalog.await(offset, Patience.LIMIT).refusal(offset)).isEmpty();
    }

    private ModelArtifact activate(String version) throws Exception {
        ModelArtifact artifact = publish(version);
        lanes.embed(version, vectors(artifact), List.of());
        awaitStatus(version, ModelStatus.ACTIVE);
        return artifact;
    }

    private ModelArtifact publish(String version) {
        return publish(version, any -> true);
    }

    private ModelArtifact publish(String version, IntPredicate seen) {
        return publish(version, seen, 1);
    }

    /** Another seed is another space; a network that sees the own part of drawings only cannot tell their classes. */
    private ModelArtifact publish(String version, IntPredicate seen, long seed) {
        ModelArtifact artifact = write(version, seen, seed);
        announce(artifact);
        return artifact;
    }

    private ModelArtifact write(String version, IntPredicate seen, long seed) {
        return TestModels.write(directory.resolve("models"), version, Preprocessing.DRAWING, DIMENSIONS, seed, seen);
    }

    private void announce(ModelArtifact artifact) {
        log.publish(ModelEvent.newBuilder(TestModels.event(artifact, Instant.now()))
                .setSettings(new HoldoutRule(0.3, 1, 0.2).describe(ClassDrawings.CLASSES))
                .setLineage(new Lineage(100L, 1L, ClassDrawings.CLASSES, IMAGES, Map.of()))
                .build());
    }

    private static Function<String, Optional<float[]>> vectors(ModelArtifact artifact) throws Exception {
        Map<String, float[]> vectors = new HashMap<>();
        try (VersionNetwork network = VersionNetwork.load(artifact, ImageLimits.DEFAULT)) {
            for (int i = 0; i < IMAGES; i++) {
                vectors.put("image-" + i, network.embed(ClassDrawings.png(i)));
            }
        }
        return id -> Optional.ofNullable(vectors.get(id));
    }

    private ModelEvent awaitStatus(String version, ModelStatus status) {
        await(version + " to be " + status)
                .until(() -> catalogs.stream()
                        .allMatch(one -> one.current()
                                .find(version)
                                .filter(event -> event.getStatus() == status)
                                .isPresent()));
        return catalog.current().find(version).orElseThrow();
    }

    private ModelStatus status(String version) {
        ModelVersions versions = catalog.current();
        return versions.status(versions.find(version).orElseThrow());
    }

    private static void refused(ThrowingCallable request, String why) {
        assertThatExceptionOfType(RolloutException.class).isThrownBy(request).withMessageContaining(why);
    }

    private ModelCatalog openCatalog() {
        ModelCatalog one = open(ModelCatalog.open(connection, serdes, Patience.LIMIT));
        catalogs.add(one);
        return one;
    }

    private <T extends AutoCloseable> T open(T one) {
        opened.add(one);
        return one;
    }
}
