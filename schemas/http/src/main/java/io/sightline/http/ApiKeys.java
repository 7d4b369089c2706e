package io.sightline.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that are valid now. The file is looked at once a second and read again when it changed; one that is gone
 * admits nobody, one that cannot be read leaves what was known and says so in the log. Thread-safe.
 */
final class ApiKeys {

    private static final Logger LOG = LoggerFactory.getLogger(ApiKeys.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Path path;
    private final Clock clock;
    private final ReentrantLock looking = new ReentrantLock();
    private volatile List<Known> known;
    private volatile @Nullable State state;
    private volatile long nextLook;

    /**
     * Reads the file.
     *
     * @throws UncheckedIOException if it cannot be read
     */
    ApiKeys(Path path, Clock clock) {
        this.path = path;
        this.clock = clock;
        try {
            this.state = State.of(path);
            this.known = read();
        } catch (NoSuchFileException e) {
            throw new UncheckedIOException(new IOException(
                    "there is no file of API keys " + path
                            + ": make one with `sightline keys create NAME --scope search --file " + path + "`",
                    e));
        } catch (IOException e) {
            throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
        }
        this.nextLook = System.nanoTime() + BETWEEN_LOOKS.toNanos();
        if (known.isEmpty()) {
            LOG.warn("the file of API keys {} has no key: nobody can call with one", path);
        }
    }

    private record Known(ApiKey key, byte[] sha256) {}

    /** What tells whether a file changed; one that takes another's place has another key. */
    private record State(
            FileTime modified, long size, @Nullable Object file) {
        static State of(Path path) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new State(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        }
    }

    /** The record of a key, if it is valid. */
    Optional<ApiKey> find(String key) {
        return find(Hashes.sha256(key));
    }

    /** The same by the SHA-256 of the key. Takes equally long for every key, known or not. */
    Optional<ApiKey> find(byte[] sha256) {
        lookAgain();
        ApiKey found = null;
        for (Known one : known) {
            if (MessageDigest.isEqual(one.sha256, sha256)) {
                found = one.key;
            }
        }
        return Optional.ofNullable(found).filter(key -> !key.isExpired(clock.instant()));
    }

    private void lookAgain() {
        if (System.nanoTime() - nextLook < 0 || !looking.tryLock()) {
            return;
        }
        try {
            nextLook = System.nanoTime() + BETWEEN_LOOKS.toNanos();
            State now = State.of(path);
            if (!now.equals(state)) {
                known = read();
                state = now;
                LOG.info("read the file of API keys {} again: {} keys", path, known.size());
            }
        } catch (NoSuchFileException e) {
            if (state != null) {
                LOG.error("the file of API keys {} is gone: nobody can call with a key until it is back", path);
            }
            known = List.of();
            state = null;
        } catch (IOException e) {
            LOG.error("the file of API keys changed and cannot be read, the keys before are still valid", e);
        } finally {
            looking.unlock();
        }
    }

    private List<Known> read() throws IOException {
        return new ApiKeyFile(path)
                .keys().stream()
                        .map(key -> new Known(key, HexFormat.of().parseHex(key.sha256())))
                        .toList();
    }
}
