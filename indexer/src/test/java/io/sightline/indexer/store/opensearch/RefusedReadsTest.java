package io.sightline.indexer.store.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sightline.indexer.store.ImageVisitor;
import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.StoreUnavailableException;
import io.sightline.indexer.store.StoredImage;
import java.io.IOException;
import java.time.Clock;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What searches are told that the cluster answers with a refusal: what to do, at once, and never that all is a mystery. */
@Timeout(60)
class RefusedReadsTest {

    private static final String INDEX = "sightline-version-v1";
    private static final StoreKey KEY = new StoreKey("v1", 2, "topic", "labels");
    private static final ImageVisitor NOBODY = new ImageVisitor() {
        @Override
        public void image(StoredImage image) {
            throw new AssertionError("there is none");
        }

        @Override
        public void tombstone(String id) {
            throw new AssertionError("there is none");
        }
    };

    @SuppressWarnings("ImmutableEnumChecker") // Its functions hold nothing.
    enum Read {
        SEARCH(store -> store.search(NearestQuery.of(new float[] {1, 0}, 1, 10))),
        FIND(store -> store.find("a")),
        COUNT(OpenSearchStore::count),
        SCAN(store -> store.scan(NOBODY)),
        OFFSETS(OpenSearchStore::committedOffsets);

        private final Consumer<OpenSearchStore> read;

        Read(Consumer<OpenSearchStore> read) {
            this.read = read;
        }
    }

    private AnsweringServer server;
    private OpenSearchConnection connection;
    private OpenSearchStore store;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    RefusedReadsTest() {}

    @BeforeEach
    void open() throws IOException {
        server = new AnsweringServer();
        connection = new OpenSearchConnection(
                server.settings().with(new OpenSearchSettings.Credentials("indexer", "s3cret")));
        store = new OpenSearchStore(KEY, INDEX, connection, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        store.close();
        connection.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayThatTheUserIsNotKnown(Read read) {
        server.then(401, "Unauthorized");

        assertThat(failureOf(read))
                .isInstanceOf(AccessRefusedException.class)
                .hasMessageContaining("the user is indexer: give one that the cluster knows");
        assertThat(server.asked()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayWhichRightIsMissing(Read read) {
        server.thenError(403, "security_exception", "no permissions for [indices:data/read]");

        assertThat(failureOf(read))
                .isInstanceOf(AccessRefusedException.class)
                .hasMessageContaining("no permissions for [indices:data/read]")
                .hasMessageContaining("the user is indexer: give it the right to read");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OFFSETS")
    void shouldSayThatTheIndexIsGone(Read read) {
        server.thenError(404, "index_not_found_exception", "no such index [" + INDEX + "]");

        assertThat(failureOf(read))
                .isInstanceOf(IndexGoneException.class)
                .hasMessageContaining("no such index [" + INDEX + "]")
                .hasMessageContaining("start the indexer again");
    }

    /** Of several documents OpenSearch says it of each, in an answer of status 200. */
    @ParameterizedTest
    @EnumSource(names = "FIND")
    void shouldSayThatTheIndexOfADocumentIsGone(Read read) {
        server.then(
                200,
                "{\"docs\": [{\"_index\": \"" + INDEX + "\", \"_id\": \"a\", \"error\": {\"type\":"
                        + " \"index_not_found_exception\", \"reason\": \"no such index\"}}]}");

        assertThat(failureOf(read)).isInstanceOf(IndexGoneException.class).hasMessageContaining("no such index");
        assertThat(server.asked()).hasSize(1);
    }

    /** The API answers these with 503, and not that this should not have happened. */
    private Throwable failureOf(Read read) {
        Throwable failure = catchThrowable(() -> read.read.accept(store));
        assertThat(failure).isInstanceOf(StoreUnavailableException.class);
        return failure;
    }
}
