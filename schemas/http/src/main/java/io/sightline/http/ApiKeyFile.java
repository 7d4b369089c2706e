package io.sightline.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of API keys, JSON: {@code {"keys": [{"name", "scopes", "sha256", "created", "expires"}]}}. It holds hashes of
 * keys, which are 256 random bits, so that whoever reads it cannot call; whoever writes it can, so nobody but its owner
 * may. Not thread-safe; one process may write at a time, any may read.
 */
public final class ApiKeyFile {

    /** What every key begins with, so that scanners for leaked secrets know one. */
    public static final String PREFIX = "sl_";

    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyFile.class);
    private static final String POSIX = "posix";
    private static final int KEY_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path path;

    /** Reads nothing yet. */
    public ApiKeyFile(Path path) {
        this.path = path;
    }

    /** What the file holds. */
    record Content(List<ApiKey> keys) {
        Content {
            if (keys == null) {
                throw new IllegalArgumentException("it has no list 'keys'");
            }
        }
    }

    /**
     * All keys, in their order.
     *
     * @throws IOException if the file cannot be read, others may write to it, or it is not as it should be; names the
     *     file
     */
    public List<ApiKey> keys() throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new IOException("there is no file of API keys " + path + ": make one with"
                    + " `sightline keys create NAME --scope search --file " + path + "`");
        }
        requireOthersCannotWrite();
        List<ApiKey> keys;
        try {
            keys = ApiServer.JSON.readValue(path.toFile(), Content.class).keys();
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IOException(
                    "the file of API keys " + path + " is not as it should be: " + e.getOriginalMessage(), e);
        }
        Set<String> names = new HashSet<>();
        for (ApiKey key : keys) {
            if (!names.add(key.name())) {
                throw new IOException("the file of API keys " + path + " has two keys named '" + key.name() + "'");
            }
        }
        return keys;
    }

    /**
     * Adds a key, making the file if there is none.
     *
     * @return the key, which is kept nowhere
     * @throws IllegalArgumentException if the name or a scope is wrong, or the name is taken
     */
    public String create(String name, List<String> scopes, Instant created, @Nullable Instant expires)
            throws IOException {
        List<ApiKey> keys = new ArrayList<>(Files.exists(path) ? keys() : List.of());
        if (keys.stream().anyMatch(key -> key.name().equals(name))) {
            throw new IllegalArgumentException(
                    path + " has a key named '" + name + "' already: choose another name, or revoke it first");
        }
        byte[] secret = new byte[KEY_BYTES];
        RANDOM.nextBytes(secret);
        String key = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        keys.add(new ApiKey(name, scopes, Hashes.hex(key), created, expires));
        write(keys);
        return key;
    }

    /**
     * Takes a key out.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public void revoke(String name) throws IOException {
        List<ApiKey> keys = new ArrayList<>(keys());
        if (!keys.removeIf(key -> key.name().equals(name))) {
            throw new IllegalArgumentException(
                    path + " has no key named '" + name + "'; see `sightline keys list --file " + path + "`");
        }
        write(keys);
    }

    /** Another file takes the place of this one, so that nobody reads half of it. */
    private void write(List<ApiKey> keys) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(path + " is no file");
        }
        Files.createDirectories(folder);
        Path next = isPosix()
                ? Files.createTempFile(
                        folder,
                        "keys",
                        ".json",
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                : Files.createTempFile(folder, "keys", ".json");
        try {
            ApiServer.JSON.writerWithDefaultPrettyPrinter().writeValue(next.toFile(), new Content(keys));
            if (isPosix() && Files.exists(path)) {
                Files.setPosixFilePermissions(next, Files.getPosixFilePermissions(path));
            }
            Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(next);
        }
    }

    private void requireOthersCannotWrite() throws IOException {
        if (!isPosix()) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException("others than its owner may write the file of API keys " + path
                    + ", and so give themselves access: chmod 600 " + path);
        }
        if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
            LOG.warn("everybody on this machine may read the file of API keys {}, which holds names and hashes", path);
        }
    }

    private boolean isPosix() {
        return path.getFileSystem().supportedFileAttributeViews().contains(POSIX);
    }
}
