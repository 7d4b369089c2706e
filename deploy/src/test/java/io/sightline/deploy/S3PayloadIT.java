package io.sightline.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.payload.PayloadStore;
import io.sightline.embedder.payload.PayloadUnavailableException;
import io.sightline.embedder.testing.Patience;
import io.sightline.local.Ports;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.PayloadReference;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Payloads in a bucket, over the provider that the commands have on their class path. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(Patience.TEST_SECONDS)
class S3PayloadIT {

    private static final byte[] CONTENT = "an image".getBytes(StandardCharsets.UTF_8);
    private static final int MAX_BYTES = 8 * 1024 * 1024;
    private static final Map<String, String> SETTINGS = Map.of(
            "aws.region", "any",
            "aws.accessKeyId", "key",
            "aws.secretAccessKey", "secret",
            "s3.spi.endpoint-protocol", "http");

    private S3Server server;
    private PayloadStore store;

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    S3PayloadIT() {}

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        assumeTrue(
                Files.exists(S3Server.JAR),
                "no S3 server at " + S3Server.JAR + ": mvn verify fetches it before integration tests");
        SETTINGS.forEach(System::setProperty);
        server = S3Server.start(directory);
        store = PayloadStore.open(server.location(S3Server.BUCKET), MAX_BYTES).create();
    }

    @AfterAll
    void stop() {
        SETTINGS.keySet().forEach(System::clearProperty);
        if (server != null) {
            server.close();
        }
    }

    @Test
    void shouldGiveBackWhatWasPut() throws Exception {
        byte[] large = new byte[MAX_BYTES];
        new Random(1).nextBytes(large);

        for (byte[] content : new byte[][] {CONTENT, large}) {
            PayloadReference reference = store.put(content);

            assertThat(store.holds(content)).isTrue();
            assertThat(store.get(reference)).isEqualTo(content);
            assertThat(store.put(content)).isEqualTo(reference);
            assertThat(reference.getUri())
                    .startsWith(server.location(S3Server.BUCKET) + "/")
                    .endsWith("/" + Sha256.hex(content));
        }
    }

    @Test
    void shouldSayThatAPayloadIsMissing() throws Exception {
        PayloadReference reference = store.put(new byte[] {1});
        Files.delete(Path.of(URI.create(reference.getUri())));

        assertRejected(DeadLetterReason.PAYLOAD_MISSING, reference);
        assertThat(store.holds(new byte[] {1})).isFalse();
    }

    @Test
    void shouldRefuseADamagedPayloadUntilItIsPutAgain() throws Exception {
        byte[] content = {2};
        PayloadReference reference = store.put(content);
        Files.write(Path.of(URI.create(reference.getUri())), new byte[] {3});

        assertRejected(DeadLetterReason.HASH_MISMATCH, reference);

        store.put(content);
        assertThat(store.get(reference)).isEqualTo(content);
    }

    @Test
    void shouldBeUnavailableWhenItsServerIsAway() {
        assertUnavailable(S3Server.location(Ports.free(), S3Server.BUCKET), "connection refused");
    }

    @Test
    void shouldNotCallAPayloadMissingWhenTheBucketIs() {
        assertUnavailable(server.location("another-bucket"), "bucket does not exist");
    }

    private void assertRejected(DeadLetterReason reason, PayloadReference reference) {
        RejectedImageException rejection =
                catchThrowableOfType(RejectedImageException.class, () -> store.get(reference));

        assertThat(rejection).isNotNull();
        assertThat(rejection.reason()).isEqualTo(reason);
    }

    private static void assertUnavailable(String location, String said) {
        PayloadStore away = PayloadStore.open(location, MAX_BYTES);
        String sha256 = Sha256.hex(CONTENT);
        String uri = away.base() + sha256.substring(0, 2) + "/" + sha256.substring(2, 4) + "/" + sha256;
        PayloadReference reference = new PayloadReference(uri, sha256, (long) CONTENT.length);

        assertThatThrownBy(() -> away.get(reference))
                .isInstanceOf(PayloadUnavailableException.class)
                .hasMessageContaining(said);
        assertThatThrownBy(() -> away.put(CONTENT))
                .isInstanceOf(PayloadUnavailableException.class)
                .hasMessageContaining(said);
    }
}
