package io.sightline.embedder.payload;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.PayloadReference;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/**
 * Payloads by their SHA-256 below one root, each at {@code ab/cd/abcd..}. The root is any {@link Path}: a local folder,
 * or a bucket of an installed file system provider. Thread-safe; several processes may share a root.
 *
 * <p>A local file appears whole or not at all: it is written under another name, forced to disk and moved. Object
 * stores do the same by themselves, a file being there when its upload ends, so there it is written once. Elsewhere a
 * crash may leave a partial file; {@link #get} then refuses it, and the next {@link #put} of the content mends it.
 *
 * <p>Who writes and who reads must name the root in the same way: only references that start with it are read, and of
 * those only the one address that their SHA-256 has. Nothing else of the address is used, so it leads nowhere else.
 */
public final class PayloadStore {

    private final Path root;
    private final String base;
    private final boolean local;
    private final int maxBytes;

    /**
     * A store over a folder. Nothing is read or written yet; see {@link #create()}.
     *
     * @param maxBytes the largest payload that is written or read
     * @throws IllegalArgumentException if the limit is not positive
     */
    public PayloadStore(Path root, int maxBytes) {
        if (maxBytes < 1 || maxBytes > ReferenceCheck.LARGEST_ARRAY) {
            throw new IllegalArgumentException(
                    "payload limit maxBytes must be 1 to " + ReferenceCheck.LARGEST_ARRAY + ", not " + maxBytes);
        }
        this.local = root.getFileSystem().equals(FileSystems.getDefault());
        // Not every provider keeps a path absolute when it is normalised.
        this.root = local ? root.toAbsolutePath().normalize() : root.toAbsolutePath();
        this.base = withSlash(this.root.toUri().toString());
        this.maxBytes = maxBytes;
    }

    /**
     * A store over a plain path, a {@code file:} URI or a URI of any installed file system provider. Nothing is read or
     * written yet.
     *
     * @param location for instance {@code data/payloads} or {@code s3://bucket/payloads}
     * @param maxBytes the largest payload that is written or read
     * @throws IllegalArgumentException if it is no path, or no provider for its scheme is installed
     */
    public static PayloadStore open(String location, int maxBytes) {
        return new PayloadStore(StoreLocation.path(location), maxBytes);
    }

    /** Where references of this store begin: the root's URI, ending in a slash. */
    public String base() {
        return base;
    }

    /**
     * Makes the root if it is local and not there. For who writes, once at its start: a root that goes away later is a
     * volume that was lost, and an empty one in its place would make all payloads look missing.
     *
     * @return this
     * @throws UncheckedIOException naming the root
     */
    public PayloadStore create() {
        if (local) {
            try {
                Files.createDirectories(root);
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "the payload store " + base + " cannot be made: " + e
                                + "; name another folder, or mend this one",
                        e);
            }
        }
        return this;
    }

    /**
     * Whether a content is there, undamaged.
     *
     * @throws PayloadUnavailableException if the store cannot be reached
     */
    public boolean holds(byte[] content) throws PayloadUnavailableException {
        String sha256 = Sha256.hex(content);
        try {
            return holds(file(sha256), content);
        } catch (IOException | RuntimeException e) {
            throw unreadable(uri(sha256), e);
        }
    }

    /**
     * Looks at a payload; empty if it is not there, in a store that is.
     *
     * <p>A file that is not found and a root that is found a moment later do not say that the file is missing: the
     * volume may have come back in between. So who finds the root looks for the file again.
     */
    private <T> Optional<T> find(String sha256, Access<T> access) throws PayloadUnavailableException {
        Path file = file(sha256);
        try {
            Optional<T> found = ifThere(file, access);
            if (found.isEmpty()) {
                requireRoot();
                found = ifThere(file, access);
            }
            return found;
        } catch (PayloadUnavailableException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // Providers of object stores throw unchecked exceptions as well.
            throw unreadable(uri(sha256), e);
        }
    }

    /** Whether a reference points below this root. */
    boolean owns(PayloadReference reference) {
        return reference.getUri().startsWith(base);
    }

    /**
     * Stores a payload, unless it is there. One that is there but damaged is replaced.
     *
     * @throws RejectedImageException with reason OVERSIZE
     * @throws PayloadUnavailableException if the store cannot be reached or written; put it again later
     */
    public PayloadReference put(byte[] content) throws RejectedImageException, PayloadUnavailableException {
        if (content.length > maxBytes) {
            throw new RejectedImageException(
                    DeadLetterReason.OVERSIZE,
                    "the payload has " + content.length + " bytes; at most " + maxBytes + " are accepted");
        }
        String sha256 = Sha256.hex(content);
        Path file = file(sha256);
        try {
            if (holds(file, content)) {
                touch(file, content);
            } else {
                write(file, content);
                requireSize(file, content.length);
            }
        } catch (PayloadUnavailableException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // Providers of object stores throw unchecked exceptions as well.
            throw new PayloadUnavailableException(
                    "cannot write the payload " + uri(sha256) + ": " + e + "; check the store's space and access", e);
        }
        return new PayloadReference(uri(sha256), sha256, (long) content.length);
    }

    /**
     * When a payload was put last; empty if it is not there.
     *
     * @throws PayloadUnavailableException if the store cannot be reached
     */
    public Optional<Instant> lastPut(String sha256) throws PayloadUnavailableException {
        return find(sha256, file -> Files.getLastModifiedTime(file).toInstant());
    }

    /**
     * Deletes a payload; one that is not there is no error. Who asks must know that no image has it.
     *
     * @throws PayloadUnavailableException if the store cannot be reached or written
     */
    public void delete(String sha256) throws PayloadUnavailableException {
        try {
            Files.deleteIfExists(file(sha256));
        } catch (IOException | RuntimeException e) {
            throw new PayloadUnavailableException(
                    "cannot delete the payload " + uri(sha256) + ": " + e + "; allow deleting in the store", e);
        }
    }

    /**
     * Reads and verifies a payload.
     *
     * @throws RejectedImageException with reason MALFORMED, OVERSIZE, PAYLOAD_MISSING or HASH_MISMATCH
     * @throws PayloadUnavailableException if the store cannot be reached; a local root or a bucket that is not there
     *     counts as such, since a volume that is not mounted must not cost its images
     */
    public byte[] get(PayloadReference reference) throws RejectedImageException, PayloadUnavailableException {
        ReferenceCheck.requireWellFormed(reference, maxBytes);
        requireAddress(reference);
        byte[] content = find(reference.getSha256(), file -> read(file, (int) reference.getSize()))
                .orElseThrow(
                        () -> missing(reference, "the file is not there: send the image again, or restore the file"));
        return ReferenceCheck.verified(content, reference);
    }

    private static PayloadUnavailableException unreadable(String uri, Exception cause) {
        return new PayloadUnavailableException(
                "cannot read the payload " + uri + ": " + cause + "; check the store and its access", cause);
    }

    /**
     * Whether a failure says that there is no such file. Some versions of the provider for S3 wrap what S3 answers
     * instead of using the exception that Java has for it; to retry a missing object for ever would stall the stream.
     */
    static boolean isMissing(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NoSuchFileException
                    || cause.getClass().getSimpleName().equals("NoSuchKeyException")) {
                return true;
            }
        }
        return false;
    }

    private void requireAddress(PayloadReference reference) throws RejectedImageException {
        if (!owns(reference)) {
            throw missing(reference, "this store holds what lies below " + base + " only");
        }
        if (!reference.getUri().equals(uri(reference.getSha256()))) {
            throw missing(reference, "a payload of this SHA-256 lies at " + uri(reference.getSha256()) + " only");
        }
    }

    private void requireRoot() throws PayloadUnavailableException {
        if (local && Files.notExists(root)) {
            throw new PayloadUnavailableException(
                    "the payload store " + base + " is not there: mount it, or name the folder that ingest writes to");
        }
        if (!local) {
            requireBucket();
        }
    }

    /** S3 says of a file in a bucket that is not there what it says of a file that is not; but not of a listing. */
    private void requireBucket() throws PayloadUnavailableException {
        Path top = root.getRoot();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(top == null ? root : top)) {
            boolean unused = files.iterator().hasNext();
        } catch (IOException | RuntimeException e) {
            throw new PayloadUnavailableException(
                    "the payload store " + base + " cannot be listed: " + e
                            + "; make its bucket, allow listing it, or name the one that ingest writes to",
                    e);
        }
    }

    private static RejectedImageException missing(PayloadReference reference, String why) {
        return new RejectedImageException(
                DeadLetterReason.PAYLOAD_MISSING,
                "there is no payload at " + ReferenceCheck.shown(reference.getUri()) + ": " + why);
    }

    /** At most one byte more than expected, whatever the file has. */
    private static byte[] read(Path file, int expected) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(expected + 1);
        }
    }

    private static boolean holds(Path file, byte[] content) throws IOException {
        return ifThere(file, there -> read(there, content.length))
                .filter(found -> Arrays.equals(found, content))
                .isPresent();
    }

    private static <T> Optional<T> ifThere(Path file, Access<T> access) throws IOException {
        try {
            return Optional.of(access.to(file));
        } catch (IOException | RuntimeException e) {
            if (isMissing(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Folders in the root are made when they turn out to be missing: most are there, and object stores need none. */
    private void write(Path file, byte[] content) throws IOException {
        try {
            writeInto(file, content);
        } catch (NoSuchFileException e) {
            requireRoot();
            Files.createDirectories(file.getParent());
            writeInto(file, content);
        }
    }

    private void writeInto(Path file, byte[] content) throws IOException {
        if (!local) {
            Files.write(file, content);
            return;
        }
        Path temporary = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            writeForced(temporary, content);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.write(file, content);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void writeForced(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
    }

    /** So that whoever erases sees that it was wanted just now. */
    private void touch(Path file, byte[] content) throws IOException {
        if (local) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        } else {
            write(file, content);
        }
    }

    private static void requireSize(Path file, int expected) throws IOException {
        long size = Files.size(file);
        if (size != expected) {
            throw new IOException("it has " + size + " bytes after " + expected + " were written");
        }
    }

    private Path file(String sha256) {
        return root.resolve(relative(sha256));
    }

    private String uri(String sha256) {
        return base + relative(sha256);
    }

    /** Two levels of 256 folders each keep folders small with many millions of files. */
    private static String relative(String sha256) {
        return sha256.substring(0, 2) + "/" + sha256.substring(2, 4) + "/" + sha256;
    }

    private static String withSlash(String uri) {
        return uri.endsWith("/") ? uri : uri + "/";
    }

    /** What is asked of a file that may not be there. */
    private interface Access<T> {

        T to(Path file) throws IOException;
    }
}
