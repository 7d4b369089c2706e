package io.sightline.deploy.stack;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a stack: what lies where, a lock that only one stack can hold, and the addresses of the stack that
 * holds it.
 */
public final class DataDirectory implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path root;
    private final FileChannel channel;
    private final FileLock lock;

    private DataDirectory(Path root, FileChannel channel, FileLock lock) {
        this.root = root;
        this.channel = channel;
        this.lock = lock;
    }

    /** Addresses of a running stack. */
    public record Addresses(String bootstrapServers, String schemaRegistry, String ingest, String search) {}

    /**
     * Takes the folder.
     *
     * @throws IllegalStateException if another process has it
     */
    public static DataDirectory take(Path root) {
        try {
            Files.createDirectories(root);
            FileChannel channel =
                    FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            @Nullable FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new IllegalStateException(
                        "another sightline runs on " + root + ": stop it, or choose another folder with --dir");
            }
            Files.deleteIfExists(addressFile(root));
            return new DataDirectory(root, channel, lock);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + root + " cannot be used: " + e.getMessage(), e);
        }
    }

    /** Addresses of the stack that runs on a folder, empty if none does. */
    public static Optional<Addresses> running(Path root) {
        Path file = addressFile(root);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (FileChannel channel =
                FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            @Nullable FileLock lock = tryLock(channel);
            if (lock != null) {
                // Nobody holds the folder: the file is of a stack that was killed.
                lock.release();
                return Optional.empty();
            }
            return Optional.of(JSON.readValue(file.toFile(), Addresses.class));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** The folder. */
    public Path root() {
        return root;
    }

    /** Says where the stack can be reached. */
    public void announce(Addresses addresses) {
        try {
            Path temporary = root.resolve("addresses.json.tmp");
            JSON.writeValue(temporary.toFile(), addresses);
            Files.move(
                    temporary, addressFile(root), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + root + ": " + e.getMessage(), e);
        }
    }

    /** Where the broker and the registry keep their data. */
    public static Path cluster(Path root) {
        return root.resolve("cluster");
    }

    /** Where artifacts are written. */
    public static Path models(Path root) {
        return root.resolve("models");
    }

    /** Where images lie that are too large for an event, unless another place is named. */
    public static Path payloads(Path root) {
        return root.resolve("payloads");
    }

    /** Where the indexes lie. */
    public static Path indexes(Path root) {
        return root.resolve("indexes");
    }

    /** Where a service keeps what it can build again. */
    public static Path state(Path root, String service) {
        return root.resolve("state").resolve(service);
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(addressFile(root));
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("could not let go of " + root + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static Path addressFile(Path root) {
        return root.resolve("addresses.json");
    }
}
