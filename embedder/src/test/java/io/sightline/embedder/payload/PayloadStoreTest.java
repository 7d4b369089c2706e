package io.sightline.embedder.payload;

import static io.sightline.embedder.payload.PayloadServer.reference;
import static io.sightline.embedder.payload.Rejections.assertRejected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.PayloadReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadStoreTest {

    private static final byte[] CONTENT = "an image".getBytes(StandardCharsets.UTF_8);
    private static final String SHA = Sha256.hex(CONTENT);
    private static final int MAX_BYTES = 1000;

    @TempDir
    Path folder;

    private Path root;
    private PayloadStore store;

    @BeforeEach
    void open() {
        root = folder.resolve("payloads");
        store = new PayloadStore(root, MAX_BYTES).create();
    }

    @Test
    void shouldGiveBackWhatWasPut() throws Exception {
        PayloadReference reference = store.put(CONTENT);

        assertThat(reference.getSha256()).isEqualTo(SHA);
        assertThat(reference.getSize()).isEqualTo(CONTENT.length);
        assertThat(store.get(reference)).isEqualTo(CONTENT);
    }

    @Test
    void shouldLayPayloadsOutByTheirHash() throws Exception {
        PayloadReference reference = store.put(CONTENT);

        Path file =
                root.resolve(SHA.substring(0, 2)).resolve(SHA.substring(2, 4)).resolve(SHA);
        assertThat(files()).containsExactly(file);
        assertThat(Path.of(URI.create(reference.getUri()))).isEqualTo(file);
    }

    @Test
    void shouldKeepAnEmptyPayload() throws Exception {
        assertThat(store.get(store.put(new byte[0]))).isEmpty();
    }

    @Test
    void shouldWriteTheSameContentOnce() throws Exception {
        PayloadReference first = store.put(CONTENT);
        Object before = fileKey(first);

        PayloadReference second = store.put(CONTENT);

        assertThat(second).isEqualTo(first);
        assertThat(fileKey(second)).isEqualTo(before);
    }

    @Test
    void shouldTakeTheSameContentFromSeveralThreadsAtOnce() throws Exception {
        List<Future<PayloadReference>> puts = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 32; i++) {
                puts.add(threads.submit(() -> store.put(CONTENT)));
            }
        }

        for (Future<PayloadReference> put : puts) {
            assertThat(store.get(put.get())).isEqualTo(CONTENT);
        }
        assertThat(files()).hasSize(1);
    }

    @Test
    void shouldMendADamagedPayloadWhenItIsPutAgain() throws Exception {
        PayloadReference reference = store.put(CONTENT);
        damage(reference, "AN image");

        store.put(CONTENT);

        assertThat(store.get(reference)).isEqualTo(CONTENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"AN image", "an im", "an image and more", ""})
    void shouldRefuseADamagedPayload(String found) throws Exception {
        PayloadReference reference = store.put(CONTENT);
        damage(reference, found);

        assertRejected(DeadLetterReason.HASH_MISMATCH, SHA, () -> store.get(reference));
    }

    @Test
    void shouldSayThatAPayloadIsMissing() throws Exception {
        PayloadReference reference = store.put(CONTENT);
        Files.delete(Path.of(URI.create(reference.getUri())));

        assertRejected(DeadLetterReason.PAYLOAD_MISSING, "the file is not there", () -> store.get(reference));
    }

    @Test
    void shouldNotCallAPayloadMissingWhenTheWholeStoreIs() throws Exception {
        PayloadReference reference = store.put(CONTENT);
        Files.move(root, folder.resolve("unmounted"));

        assertThatThrownBy(() -> store.get(reference))
                .isInstanceOf(PayloadUnavailableException.class)
                .hasMessageContaining(store.base())
                .hasMessageContaining("mount it");
    }

    /** Whatever the moment: a file not found, then a root found, is a store that came back and no missing file. */
    @Test
    void shouldNotCallAPayloadMissingWhenTheStoreComesBackAsItIsRead() throws Exception {
        PayloadReference reference = store.put(CONTENT);
        Path away = folder.resolve("away");
        try (ExecutorService reader = Executors.newSingleThreadExecutor()) {
            for (int i = 0; i < 500; i++) {
                Files.move(root, away);
                CountDownLatch reading = new CountDownLatch(1);
                Future<byte[]> read = reader.submit(() -> readUntilThere(reference, reading));
                reading.await();
                Files.move(away, root);

                assertThat(read.get()).isEqualTo(CONTENT);
            }
        }
    }

    private byte[] readUntilThere(PayloadReference reference, CountDownLatch reading) throws RejectedImageException {
        while (true) {
            try {
                return store.get(reference);
            } catch (PayloadUnavailableException e) {
                reading.countDown();
            }
        }
    }

    @Test
    void shouldNotPutAnEmptyStoreInThePlaceOfOneThatIsAway() throws Exception {
        PayloadReference reference = store.put(CONTENT);
        Path unmounted = Files.move(root, folder.resolve("unmounted"));

        assertThatThrownBy(() -> store.put(new byte[1]))
                .isInstanceOf(PayloadUnavailableException.class)
                .hasMessageContaining("mount it");
        assertThat(root).doesNotExist();

        Files.move(unmounted, root);
        assertThat(store.get(store.put(new byte[1]))).containsExactly(0);
        assertThat(store.get(reference)).isEqualTo(CONTENT);
    }

    @Test
    void shouldNameAFolderThatCannotBeMade() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        PayloadStore inTheWay = new PayloadStore(file.resolve("payloads"), MAX_BYTES);

        assertThatThrownBy(inTheWay::create)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(inTheWay.base());
    }

    @Test
    void shouldSayWhetherItHoldsAContentUndamaged() throws Exception {
        assertThat(store.holds(CONTENT)).isFalse();
        PayloadReference reference = store.put(CONTENT);
        assertThat(store.holds(CONTENT)).isTrue();

        damage(reference, "AN image");

        assertThat(store.holds(CONTENT)).isFalse();
    }

    @Test
    void shouldBeUnavailableWhenItCannotBeWrittenOrRead() throws Exception {
        Files.delete(root);
        Files.writeString(root, "a file where the folder should be");

        assertThatThrownBy(() -> store.put(CONTENT)).isInstanceOf(PayloadUnavailableException.class);
        assertThatThrownBy(() -> store.get(reference(CONTENT, uri(SHA))))
                .isInstanceOf(PayloadUnavailableException.class);
        assertThatThrownBy(() -> store.holds(CONTENT)).isInstanceOf(PayloadUnavailableException.class);
    }

    @Test
    void shouldReadBelowItsOwnRootOnly() throws Exception {
        PayloadStore other = new PayloadStore(folder.resolve("payloads2"), MAX_BYTES).create();
        Files.write(folder.resolve("secret"), CONTENT);
        List<String> elsewhere = List.of(
                other.put(CONTENT).getUri(),
                folder.resolve("secret").toUri().toString(),
                "file://" + root,
                "file:" + folder.resolve("secret"),
                "s3://bucket/" + relative(SHA),
                "https://images.example.org/" + relative(SHA),
                relative(SHA),
                "");

        for (String uri : elsewhere) {
            assertRejected(
                    DeadLetterReason.PAYLOAD_MISSING,
                    "this store holds what lies below " + store.base(),
                    () -> store.get(reference(CONTENT, uri)));
        }
    }

    @Test
    void shouldNotBeLedOutOfItsRoot() throws Exception {
        store.put(CONTENT);
        Files.write(folder.resolve("secret"), CONTENT);
        Files.write(root.resolve(SHA), CONTENT);
        List<String> escapes = List.of(
                store.base() + "../secret",
                store.base() + "%2e%2e/secret",
                store.base() + "ab/../../secret",
                store.base() + SHA.substring(0, 2) + "/../" + relative(SHA),
                store.base() + "/" + relative(SHA),
                store.base() + SHA,
                uri(SHA) + "/../../../../../secret",
                uri(SHA) + "\0",
                uri(SHA) + "?x",
                uri(Sha256.hex(new byte[1])),
                store.base());

        for (String uri : escapes) {
            assertRejected(
                    DeadLetterReason.PAYLOAD_MISSING,
                    "a payload of this SHA-256 lies at " + uri(SHA),
                    () -> store.get(reference(CONTENT, uri)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "../../../../../../../../../../../../../../../../../../../etc/passwd", "g"})
    void shouldRefuseAReferenceWithoutAHash(String sha) {
        String hash = sha.equals("g") ? "g".repeat(64) : sha;

        assertRejected(
                DeadLetterReason.MALFORMED,
                "64 lower-case hex digits",
                () -> store.get(new PayloadReference(store.base() + hash, hash, 8L)));
    }

    @Test
    void shouldRefuseANegativeSize() {
        assertRejected(
                DeadLetterReason.MALFORMED, "-1 bytes", () -> store.get(new PayloadReference(uri(SHA), SHA, -1L)));
    }

    @Test
    void shouldRefuseWhatIsTooLarge() throws Exception {
        byte[] largest = new byte[MAX_BYTES];
        byte[] tooLarge = new byte[MAX_BYTES + 1];

        assertThat(store.get(store.put(largest))).isEqualTo(largest);
        assertRejected(DeadLetterReason.OVERSIZE, "has 1001 bytes; at most 1000", () -> store.put(tooLarge));
        assertRejected(
                DeadLetterReason.OVERSIZE,
                "has 1001 bytes; at most 1000",
                () -> store.get(reference(tooLarge, uri(Sha256.hex(tooLarge)))));
        assertRejected(
                DeadLetterReason.OVERSIZE,
                "at most 1000",
                () -> store.get(new PayloadReference(uri(SHA), SHA, Long.MAX_VALUE)));
    }

    @Test
    void shouldOpenAPathAndAFileUriAlike() throws Exception {
        Path spaced = folder.resolve("pay loads");
        PayloadReference reference =
                PayloadStore.open(spaced.toString(), MAX_BYTES).create().put(CONTENT);

        for (String slashes : List.of("", "/", "//")) {
            PayloadStore byUri = PayloadStore.open("file://" + folder + "/pay%20loads" + slashes, MAX_BYTES);

            assertThat(byUri.get(reference)).isEqualTo(CONTENT);
        }
        assertThat(reference.getUri()).startsWith("file:///").contains("/pay%20loads/");
    }

    @Test
    void shouldWorkOverAnotherFileSystemProvider() throws Exception {
        URI zip = URI.create("jar:" + folder.resolve("store.zip").toUri());
        PayloadReference reference;
        try (FileSystem files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            assertThat(files.isOpen()).isTrue();
            reference = PayloadStore.open(zip + "!/payloads", MAX_BYTES).put(CONTENT);
        }

        try (FileSystem files = FileSystems.newFileSystem(zip, Map.of())) {
            PayloadStore reopened = PayloadStore.open(zip + "!/payloads", MAX_BYTES);

            assertThat(reopened.get(reference)).isEqualTo(CONTENT);
            assertThat(reopened.put(CONTENT)).isEqualTo(reference);
            assertRejected(
                    DeadLetterReason.PAYLOAD_MISSING,
                    "the file is not there",
                    () -> reopened.get(reference(new byte[1], reopened.base() + relative(Sha256.hex(new byte[1])))));
            Files.writeString(files.getPath("payloads", relative(SHA)), "AN image");
            assertRejected(DeadLetterReason.HASH_MISMATCH, SHA, () -> reopened.get(reference));
        }
        assertThat(reference.getUri()).isEqualTo(zip + "!/payloads/" + relative(SHA));
    }

    @Test
    void shouldNameTheProviderThatIsNotInstalled() {
        assertThatThrownBy(() -> PayloadStore.open("s3://bucket/payloads", MAX_BYTES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("s3:")
                .hasMessageContaining("software.amazon.nio.s3:aws-java-nio-spi-for-s3");
        assertThatThrownBy(() -> PayloadStore.open("GS://bucket/payloads", MAX_BYTES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a file system provider for gs: URIs");
    }

    @Test
    void shouldNotRepeatCredentialsOfALocation() {
        for (String location : List.of("s3x://key:secret@host/bucket", "jar:se cret", "file://se cret")) {
            assertThatThrownBy(() -> PayloadStore.open(location, MAX_BYTES))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasStackTraceContaining("the payload store")
                    .hasMessageNotContaining("cret");
        }
    }

    @Test
    void shouldNameASettingThatIsWrong() {
        assertThatThrownBy(() -> PayloadStore.open(" ", MAX_BYTES)).hasMessageContaining("name a folder or a URI");
        assertThatThrownBy(() -> new PayloadStore(root, 0)).hasMessageContaining("maxBytes");
        assertThatThrownBy(() -> PayloadStore.open("jar:file:/no/such.zip!/payloads", MAX_BYTES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("open it first");
    }

    @Test
    void shouldSeeAMissingFileBehindTheExceptionsOfAProvider() {
        /* Named like the one of Amazon's SDK. */
        final class NoSuchKeyException extends RuntimeException {
            private static final long serialVersionUID = 1L;
        }

        assertThat(PayloadStore.isMissing(new NoSuchFileException("x"))).isTrue();
        assertThat(PayloadStore.isMissing(new IOException(new CompletionException(new NoSuchKeyException()))))
                .isTrue();
        assertThat(PayloadStore.isMissing(new IOException("connection refused")))
                .isFalse();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static Object fileKey(PayloadReference reference) throws IOException {
        return Files.readAttributes(Path.of(URI.create(reference.getUri())), BasicFileAttributes.class)
                .fileKey();
    }

    private static void damage(PayloadReference reference, String found) throws IOException {
        Files.writeString(Path.of(URI.create(reference.getUri())), found);
    }

    private String uri(String sha) {
        return store.base() + relative(sha);
    }

    private static String relative(String sha) {
        return sha.substring(0, 2) + "/" + sha.substring(2, 4) + "/" + sha;
    }
}
