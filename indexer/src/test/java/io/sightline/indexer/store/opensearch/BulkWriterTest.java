package io.sightline.indexer.store.opensearch;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sightline.embedder.testing.Patience;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the items of a bulk request. */
@Timeout(Patience.TEST_SECONDS)
class BulkWriterTest {

    private static final OpenSearchSettings.Layout TWO_COPIES = new OpenSearchSettings.Layout(1, 1);

    @Test
    void shouldSendAgainOnlyWhatWasNotTakenYet() throws IOException {
        try (AnsweringServer server = new AnsweringServer()
                        .then(200, items(taken(2), error(429, "rejected_execution_exception")))
                        .then(200, items(taken(2)));
                OpenSearchConnection connection = connection(server);
                BulkWriter writer = new BulkWriter(connection, "index", Clock.systemUTC())) {
            writer.add(tombstone("a"));
            writer.add(tombstone("b"));
            writer.flush();

            assertThat(server.asked()).hasSize(2);
            assertThat(server.asked().getFirst().body()).contains("\"=a\"", "\"=b\"");
            assertThat(server.asked().getLast().body()).contains("\"=b\"").doesNotContain("\"=a\"");
        }
    }

    @Test
    void shouldNotCountAWriteThatTooFewCopiesHave() throws IOException {
        try (AnsweringServer server =
                        new AnsweringServer().then(200, items(taken(1))).then(200, items(taken(2)));
                OpenSearchConnection connection = connection(server);
                BulkWriter writer = new BulkWriter(connection, "index", Clock.systemUTC())) {
            writer.add(tombstone("a"));
            writer.flush();

            assertThat(server.asked()).hasSize(2);
            assertThat(server.asked().getFirst().path()).contains("wait_for_active_shards=2");
            assertThat(server.asked().getFirst().body()).contains("\"external\"");
            assertThat(server.asked().getLast().body())
                    .as("the same version again, or it would only be said that it is no news")
                    .contains("\"external_gte\"");
        }
    }

    @Test
    void shouldWriteAgainWhatThePrimaryHasAlreadyUntilEnoughCopiesHaveIt() throws IOException {
        try (AnsweringServer server = new AnsweringServer()
                        .then(200, items(conflict(), taken(2)))
                        .then(200, "{\"docs\": [" + stored("a", 5) + "]}")
                        .then(200, items(taken(1)))
                        .then(200, items(taken(2)));
                OpenSearchConnection connection = connection(server);
                BulkWriter writer = new BulkWriter(connection, "index", Clock.systemUTC())) {
            writer.add(tombstone("a"));
            writer.add(tombstone("b"));
            writer.flush();

            assertThat(server.asked()).hasSize(4);
            assertThat(server.asked().get(1).path()).contains("/_mget", "preference=_primary", "realtime=true");
            assertThat(server.asked().get(1).body()).contains("\"=a\"").doesNotContain("\"=b\"");
            for (AnsweringServer.Asked again : server.asked().subList(2, 4)) {
                assertThat(again.body().lines())
                        .as("what is stored, under its own version")
                        .hasSize(2)
                        .anyMatch(line -> line.contains("\"external_gte\"")
                                && line.contains("\"version\":" + ExternalVersion.of(new Revision(0, 5, 0)) + ","))
                        .anyMatch(line -> line.contains("\"written\":77"));
            }
        }
    }

    @Test
    void shouldWriteItsOwnWhenThePrimaryThatHadItIsGone() throws IOException {
        try (AnsweringServer server = new AnsweringServer()
                        .then(200, items(conflict()))
                        .then(200, "{\"docs\": [{\"_id\": \"=a\", \"found\": false}]}")
                        .then(200, items(taken(2)));
                OpenSearchConnection connection = connection(server);
                BulkWriter writer = new BulkWriter(connection, "index", Clock.systemUTC())) {
            writer.add(tombstone("a"));
            writer.flush();

            assertThat(server.asked()).hasSize(3);
            assertThat(server.asked().getLast().body())
                    .contains("\"version\":" + ExternalVersion.of(new Revision(0, 1, 0)) + ",");
        }
    }

    @Test
    void shouldPutATombstoneInThePlaceOfAnImageThatIsRefusedForEver() throws IOException {
        try (AnsweringServer server = new AnsweringServer()
                        .then(200, items(taken(2), error(400, "mapper_parsing_exception"), taken(2)))
                        .then(200, items(taken(2)));
                OpenSearchConnection connection = connection(server);
                BulkWriter writer = new BulkWriter(connection, "index", Clock.systemUTC())) {
            writer.add(tombstone("a"));
            writer.add(image("b"));
            writer.add(tombstone("c"));
            writer.flush();

            assertThat(writer.refused()).isEqualTo(1);
            assertThat(server.asked()).hasSize(2);
            assertThat(server.asked().getLast().body().lines())
                    .hasSize(2)
                    .anyMatch(line -> line.contains("\"=b\"") && line.contains("\"external_gte\""))
                    .anyMatch(line -> line.contains("\"kind\":\"tombstone\""));
            writer.add(tombstone("d"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403})
    void shouldStopWhenNotTheImageButTheIndexIsAtFault(int status) throws IOException {
        try (AnsweringServer server = new AnsweringServer().then(200, items(error(status, "some_exception")));
                OpenSearchConnection connection = connection(server);
                BulkWriter writer = new BulkWriter(connection, "index", Clock.systemUTC())) {
            writer.add(image("b"));

            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(writer::flush)
                    .withMessageContaining("OpenSearch refuses image b with " + status);
            assertThat(writer.refused()).isZero();
            assertThat(server.asked()).as("400: the tombstone too").hasSize(status == 400 ? 2 : 1);
        }
    }

    @Test
    void shouldNameTheImageThatIsRefusedAndWriteNoMore() throws IOException {
        try (AnsweringServer server = new AnsweringServer()
                        .then(200, items(taken(2), error(400, "mapper_parsing_exception"), taken(2)));
                OpenSearchConnection connection = connection(server);
                BulkWriter writer = new BulkWriter(connection, "index", Clock.systemUTC())) {
            writer.add(tombstone("a"));
            writer.add(tombstone("b"));
            writer.add(tombstone("c"));

            StoreException failure = catchThrowableOfType(StoreException.class, writer::flush);

            assertThat(failure)
                    .hasMessageContaining("has to be opened again")
                    .hasMessageContaining("OpenSearch refuses image b with 400 (mapper_parsing_exception");
            assertThat(failure).cause().isInstanceOfSatisfying(DocumentRefusedException.class, refused -> {
                assertThat(refused.id()).isEqualTo("b");
                assertThat(refused.status()).isEqualTo(400);
                assertThat(refused.type()).isEqualTo("mapper_parsing_exception");
            });
            assertThatExceptionOfType(StoreException.class).isThrownBy(() -> writer.add(tombstone("d")));
            assertThat(server.asked()).hasSize(1);
        }
    }

    @Test
    void shouldSendOfTwoWritesToOneImageTheNewerOne() throws IOException {
        try (AnsweringServer server = new AnsweringServer().then(200, items(taken(2)));
                OpenSearchConnection connection = connection(server);
                BulkWriter writer = new BulkWriter(connection, "index", Clock.systemUTC())) {
            writer.add(Write.tombstone("a", new Revision(0, 7, 0), Instant.EPOCH));
            writer.add(Write.tombstone("a", new Revision(0, 9, 0), Instant.EPOCH));
            writer.add(Write.tombstone("a", new Revision(0, 8, 3), Instant.EPOCH));
            writer.flush();

            assertThat(server.asked()).hasSize(1);
            assertThat(server.asked().getFirst().body().lines())
                    .hasSize(2)
                    .anyMatch(line -> line.contains("\"version\":" + ExternalVersion.of(new Revision(0, 9, 0)) + ","));
        }
    }

    @Test
    void shouldLetTheWriterWaitWhileAsManyRequestsAreInFlightAsThereMayBe() throws Exception {
        try (AnsweringServer server = new AnsweringServer().then(200, items(taken(2)));
                OpenSearchConnection connection = new OpenSearchConnection(
                        server.settings().with(TWO_COPIES).with(new OpenSearchSettings.Bulk(1, 1 << 20, 2)));
                BulkWriter writer = new BulkWriter(connection, "index", Clock.systemUTC())) {
            server.hold();
            writer.add(tombstone("a"));
            writer.add(tombstone("b"));
            CompletableFuture<Void> third = CompletableFuture.runAsync(() -> writer.add(tombstone("c")));
            await().until(() -> server.asked().size() == 2);

            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> third.get(500, TimeUnit.MILLISECONDS));
            assertThat(server.asked()).hasSize(2);

            server.release();
            third.get(30, TimeUnit.SECONDS);
            writer.flush();
            assertThat(server.asked()).hasSize(3);
        }
    }

    private static OpenSearchConnection connection(AnsweringServer server) {
        return new OpenSearchConnection(server.settings().with(TWO_COPIES));
    }

    private static Write tombstone(String id) {
        return Write.tombstone(id, new Revision(0, 1, 0), Instant.EPOCH);
    }

    private static Write image(String id) {
        return new Write(id, new Revision(0, 1, 0), "{}".getBytes(StandardCharsets.UTF_8), Write.Kind.IMAGE);
    }

    private static String stored(String id, long embedding) {
        return "{\"_id\": \"=" + id + "\", \"found\": true, \"_source\": {\"kind\": \"image\", \"partition\": 0,"
                + " \"embedding\": " + embedding + ", \"labelled\": 0, \"written\": 77, \"details\": {\"id\": \"" + id
                + "\"}}}";
    }

    private static String conflict() {
        return error(409, "version_conflict_engine_exception");
    }

    private static String items(String... items) {
        return "{\"errors\": true, \"items\": [" + String.join(", ", items) + "]}";
    }

    private static String taken(int copies) {
        return "{\"index\": {\"status\": 201, \"_shards\": {\"total\": 2, \"successful\": " + copies
                + ", \"failed\": 0}}}";
    }

    private static String error(int status, String type) {
        return "{\"index\": {\"status\": " + status + ", \"error\": {\"type\": \"" + type
                + "\", \"reason\": \"because\"}}}";
    }
}
