package io.sightline.deploy;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.deploy.cli.SightlineCommand;
import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.stack.Stack;
import io.sightline.embedder.testing.TestImages;
import io.sightline.embedder.testing.TopicReader;
import io.sightline.indexer.deadletters.Coordinates;
import io.sightline.indexer.deadletters.DeadLetterDetails;
import io.sightline.indexer.deadletters.DeadLetterLog;
import io.sightline.indexer.deadletters.DeadLetterSelection;
import io.sightline.indexer.deadletters.DeadLetterView;
import io.sightline.indexer.deadletters.Deadness;
import io.sightline.indexer.deadletters.Redrive;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.DeadLetterReason;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters as their operator meets them, on a stack that runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeadLettersIT {

    private static final Instant EVENT_TIME = Instant.ofEpochMilli(1_780_000_000_000L);
    private static final byte[] JPEG = TestImages.jpeg(64, 64, 5);
    private static final byte[] TRUNCATED = Arrays.copyOf(JPEG, JPEG.length - JPEG.length / 3);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Path directory;
    private Stack stack;
    private ImageSender sender;
    private SearchClient search;
    private DeadLetterLog log;

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    DeadLettersIT() {}

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        directory = folder;
        stack = Stack.start(Stacks.still(folder), what -> {});
        sender = new ImageSender(stack);
        search = new SearchClient(stack.searchUrl());
        log = new DeadLetterLog(stack.connection());
        ingest("good", TestImages.png(40, 40, 1));
        awaitSearchable("good");
    }

    @AfterAll
    void stop() {
        search.close();
        http.close();
        sender.close();
        stack.close();
    }

    @Test
    void shouldListADeadEventOnceAndShowThatItsImageIsMissing() throws Exception {
        Coordinates origin = produce("listed", event(TRUNCATED));

        DeadLetterView view = awaitDead(origin);
        DeadLetterDetails details = log.details(view);

        assertThat(log.list(only("listed"))).containsExactly(view);
        assertThat(view.key()).isEqualTo("listed");
        assertThat(view.reason()).isEqualTo(DeadLetterReason.MALFORMED);
        assertThat(view.versions()).containsExactly("v1");
        assertThat(details.deadness()).isEqualTo(new Deadness.Newest());
        assertThat(details.original().orElseThrow().image()).contains(TRUNCATED);
    }

    @Test
    void shouldSendAnEventAgainAsItWasButOnlyOnce() throws Exception {
        DeadLetterView dead = awaitDead(produce("again", event(TRUNCATED)));

        Redrive.Result first = redrive(dead);
        Redrive.Result second = redrive(dead);

        assertThat(first.outcome()).as(first.explanation()).isEqualTo(Redrive.Outcome.SENT);
        assertThat(second.outcome()).as(second.explanation()).isEqualTo(Redrive.Outcome.SKIPPED);
        assertThat(second.explanation()).contains("was redriven already");
        List<ConsumerRecord<String, byte[]>> events = events("again");
        assertThat(events).hasSize(2);
        assertThat(events.getLast().partition()).isEqualTo(dead.origin().partition());
        assertThat(events.getLast().value()).isEqualTo(events.getFirst().value());
        assertThat(events.getLast().headers()).singleElement().satisfies(header -> {
            assertThat(header.key()).isEqualTo("sightline.redriven-from");
            assertThat(new String(header.value(), StandardCharsets.UTF_8))
                    .isEqualTo(dead.origin().toString());
        });
        awaitDead(at(events.getLast()));
        awaitNoLag();
    }

    @Test
    void shouldNotPutADeadEventOverANewerImage() throws Exception {
        awaitDead(produce("replaced", event(TRUNCATED)));
        DeadLetterView newest = awaitDead(produce("replaced", event(Arrays.copyOf(TRUNCATED, 400))));
        ingest("replaced", TestImages.png(40, 40, 2));
        awaitSearchable("replaced");

        Redrive.Result result = redrive(newest);

        assertThat(result.outcome()).isEqualTo(Redrive.Outcome.SKIPPED);
        assertThat(result.explanation()).contains("was replaced since");
        assertThat(events("replaced")).hasSize(3);
        awaitSearchable("replaced");
    }

    @Test
    void shouldTakeAnImageAgainAfterAnEventThatNobodyCanRead() throws Exception {
        byte[] image = TestImages.png(40, 40, 9);
        ingest("unreadable", image);
        awaitSearchable("unreadable");
        awaitDead(produce("unreadable", "garbage".getBytes(StandardCharsets.UTF_8)));
        int before = events("unreadable").size();

        // The gateway learns of the garbage a little later, and until then has no reason to send.
        await().until(() -> {
            ingest("unreadable", image);
            return events("unreadable").size() > before;
        });

        awaitSearchable("unreadable");
    }

    @Test
    void shouldNotBringBackADeletedImage() throws Exception {
        DeadLetterView dead = awaitDead(produce("deleted", event(TRUNCATED)));
        produce("deleted", null);

        Redrive.Result result = redrive(dead);

        assertThat(result.outcome()).isEqualTo(Redrive.Outcome.SKIPPED);
        assertThat(result.explanation()).contains("was deleted since");
    }

    @Test
    void shouldGiveWayToWhatArrivesBetweenTheLookAndTheSending() throws Exception {
        DeadLetterView replaced = awaitDead(produce("overtaken", event(TRUNCATED)));
        DeadLetterView deleted = awaitDead(produce("overtaken and deleted", event(TRUNCATED)));

        try (Redrive redrive = Redrive.open(stack.connection(), List.of(replaced, deleted))) {
            Coordinates newer = produce("overtaken", event(TestImages.png(40, 40, 3)));
            Coordinates deletion = produce("overtaken and deleted", null);

            assertThat(redrive.send(replaced).explanation()).contains("was replaced since, by " + newer);
            assertThat(redrive.send(deleted).explanation()).contains("was deleted since, by " + deletion);
        }

        assertThat(events("overtaken")).hasSize(2);
        assertThat(events("overtaken and deleted")).hasSize(2);
        awaitSearchable("overtaken");
        // An aborted transaction at the end of a partition must not look like work that is never done.
        awaitNoLag();
    }

    @Test
    void shouldGiveWayToANewerRedrive() throws Exception {
        DeadLetterView dead = awaitDead(produce("contended", event(TRUNCATED)));

        try (Redrive older = Redrive.open(stack.connection(), List.of(dead));
                Redrive newer = Redrive.open(stack.connection(), List.of(dead))) {
            assertThatThrownBy(() -> older.send(dead))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("another redrive began");
            assertThat(newer.send(dead).outcome()).isEqualTo(Redrive.Outcome.SENT);
        }

        assertThat(events("contended")).hasSize(2);
    }

    @Test
    void shouldEndARedriveThatWasKilledInTheMiddle() throws Exception {
        DeadLetterView dead = awaitDead(produce("killed", event(TRUNCATED)));
        Map<String, Object> settings = stack.connection().producer("killed");
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "sightline-redrive");

        try (KafkaProducer<String, byte[]> killed =
                new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            killed.initTransactions();
            killed.beginTransaction();
            killed.send(new ProducerRecord<>(Topics.IMAGES, "killed", event(TRUNCATED)))
                    .get();

            assertThat(redrive(dead).outcome()).isEqualTo(Redrive.Outcome.SENT);
        }

        assertThat(events("killed")).hasSize(2);
        awaitNoLag();
    }

    @Test
    void shouldFetchFromTheTopicWhatIsTooLargeForADeadLetter() throws Exception {
        byte[] garbage = new byte[KafkaConnection.MAX_REQUEST_BYTES - 32 * 1024];
        DeadLetterView dead = awaitDead(produce("huge", garbage));

        DeadLetterDetails details = log.details(dead);
        Redrive.Result result = redrive(dead);

        assertThat(dead.reason()).isEqualTo(DeadLetterReason.SCHEMA);
        assertThat(details.original().orElseThrow().value()).hasSameSizeAs(garbage);
        assertThat(details.original().orElseThrow().image()).isEmpty();
        assertThat(result.outcome()).as(result.explanation()).isEqualTo(Redrive.Outcome.SENT);
        awaitDead(at(events("huge").getLast()));
    }

    @Test
    void shouldDoTheSameByCommand() throws Exception {
        Coordinates origin = produce("by command", event(TRUNCATED));
        awaitDead(origin);
        Path image = directory.resolve("truncated.jpg");

        assertThat(sightline(0, "list", "--key", "by command"))
                .contains(origin + "  by command  MALFORMED  v1")
                .contains("1 dead event: MALFORMED 1");
        assertThat(sightline(0, "list", "--reason", "schema", "--key", "by command", "--json"))
                .isBlank();
        assertThat(sightline(0, "show", "by command", "--out", image.toString()))
                .contains("is still the newest event of its image: the image is missing from the index of v1");
        assertThat(Files.readAllBytes(image)).isEqualTo(TRUNCATED);
        assertThat(sightline(0, "redrive", "--key", "by command", "--dry-run"))
                .contains("1 selected: 1 to send, 0 skipped, 0 failed");
        assertThat(sightline(0, "redrive", origin.toString())).contains("1 selected: 1 sent, 0 skipped, 0 failed");
        assertThat(sightline(0, "redrive", origin.toString()))
                .contains("was redriven already")
                .contains("1 selected: 0 sent, 1 skipped, 0 failed");
        assertThat(sightline(1, "redrive", "sightline.images-0@999999")).contains("no dead letter fits");
        assertThat(sightline(2, "redrive")).contains("say which");
    }

    /** What the command prints, errors too. */
    private String sightline(int exit, String... arguments) {
        List<String> all = new ArrayList<>(List.of("dead-letters"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--dir", directory.toString()));
        StringWriter printed = new StringWriter();
        PrintWriter out = new PrintWriter(printed, true);

        int code = SightlineCommand.execute(out, out, all.toArray(String[]::new));

        assertThat(code).as(printed.toString()).isEqualTo(exit);
        return printed.toString();
    }

    private Redrive.Result redrive(DeadLetterView view) {
        try (Redrive redrive = Redrive.open(stack.connection(), List.of(view))) {
            return redrive.send(view);
        }
    }

    private static DeadLetterSelection only(String key) {
        return new DeadLetterSelection(null, key, Set.of());
    }

    private DeadLetterView awaitDead(Coordinates origin) {
        return await().until(
                        () -> log.list(new DeadLetterSelection(null, null, Set.of(origin))), views -> !views.isEmpty())
                .getFirst();
    }

    private void awaitSearchable(String id) {
        Waits.until(
                id,
                search,
                () -> http.send(
                                        HttpRequest.newBuilder(URI.create(stack.searchUrl() + "/v1/images/" + id))
                                                .build(),
                                        HttpResponse.BodyHandlers.ofString())
                                .statusCode()
                        == 200);
    }

    private void awaitNoLag() {
        Waits.until(
                "no lag",
                search,
                () -> search.get("/v1/status").path("lag").path("v1").asLong(-1) == 0);
    }

    private List<ConsumerRecord<String, byte[]>> events(String key) {
        return TopicReader.readAll(stack.connection(), Topics.IMAGES, new ByteArrayDeserializer()).stream()
                .filter(record -> record.key().equals(key))
                .toList();
    }

    private static Coordinates at(ConsumerRecord<?, ?> record) {
        return new Coordinates(record.topic(), record.partition(), record.offset());
    }

    private byte[] event(byte[] content) {
        return sender.event(content, EVENT_TIME);
    }

    private Coordinates produce(String id, byte @Nullable [] value) throws Exception {
        return sender.produce(id, value);
    }

    private void ingest(String id, byte[] image) throws Exception {
        sender.post(id, image, Map.of());
    }
}
