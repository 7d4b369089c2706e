package io.sightline.embedder.artifact;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.avro.ModelEvent;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A model artifact whose every byte has been checked: {@code manifest.json} names each file with its SHA-256, and the
 * manifest itself is named by its hash in {@code sightline.models}. Immutable.
 *
 * @param directory where it lies
 * @param descriptor what it is
 * @param manifestSha256 hash of its manifest
 */
public record ModelArtifact(Path directory, ModelDescriptor descriptor, String manifestSha256) {

    static final String MANIFEST = "manifest.json";
    static final String DESCRIPTOR = "model.json";
    static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * Verifies an artifact.
     *
     * @param uri its folder
     * @param manifestSha256 what its manifest must hash to
     * @throws ArtifactUnavailableException if it cannot be read now; so if the folder is not there at all, for that cannot
     *     be told from a volume that is not mounted
     * @throws ArtifactException naming the first file that is missing, unexpected or altered
     */
    public static ModelArtifact open(URI uri, String manifestSha256) {
        try {
            return open(Path.of(uri), manifestSha256);
        } catch (ArtifactException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new ArtifactException("'" + uri + "' is no folder of an artifact: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            // Providers of object stores have exceptions of their own.
            throw new ArtifactUnavailableException(
                    "the artifact in " + uri + " cannot be read now: " + e + "; check the store and its access", e);
        }
    }

    /** Whether a folder holds an artifact, sound or not. */
    public static boolean liesIn(Path directory) {
        return Files.isRegularFile(directory.resolve(MANIFEST));
    }

    /**
     * Verifies an artifact by its own manifest, where no event says what that must hash to.
     *
     * @throws ArtifactUnavailableException if it cannot be read now
     * @throws ArtifactException naming the first file that is missing, unexpected or altered
     */
    public static ModelArtifact open(Path directory) {
        try {
            return open(directory, Sha256.hex(read(directory, directory.resolve(MANIFEST))));
        } catch (IOException e) {
            throw new ArtifactUnavailableException(
                    "the artifact in " + directory + " cannot be read now: " + e + "; check the store and its access",
                    e);
        }
    }

    private static ModelArtifact open(Path directory, String manifestSha256) {
        try {
            byte[] manifest = read(directory, directory.resolve(MANIFEST));
            String actual = Sha256.hex(manifest);
            if (!actual.equals(manifestSha256)) {
                throw new ArtifactException(directory.resolve(MANIFEST) + " has SHA-256 " + actual + ", not "
                        + manifestSha256 + " as published: the artifact was altered; restore it or publish again");
            }
            verifyFiles(directory, JSON.readValue(manifest, Manifest.class));
            ModelDescriptor descriptor =
                    JSON.readValue(read(directory, directory.resolve(DESCRIPTOR)), ModelDescriptor.class);
            return new ModelArtifact(directory, descriptor, manifestSha256);
        } catch (JsonProcessingException e) {
            throw new ArtifactException(directory + " holds broken JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ArtifactUnavailableException(
                    "the artifact in " + directory + " cannot be read now: " + e + "; check the store and its access",
                    e);
        }
    }

    /**
     * Verifies the artifact that an event names.
     *
     * @throws ArtifactUnavailableException if it cannot be read now
     * @throws ArtifactException also if it is of another version, or of other dimensions
     */
    public static ModelArtifact of(ModelEvent event) {
        ModelArtifact artifact = open(uri(event), event.getManifestSha256());
        ModelDescriptor is = artifact.descriptor;
        if (!is.version().equals(event.getVersion()) || is.dimensions() != event.getDimensions()) {
            throw new ArtifactException("the artifact in " + event.getArtifactUri() + " is of version " + is.version()
                    + " with " + is.dimensions() + " dimensions, not of " + event.getVersion() + " with "
                    + event.getDimensions() + " as published; restore it or publish again");
        }
        return artifact;
    }

    private static URI uri(ModelEvent event) {
        try {
            return URI.create(event.getArtifactUri());
        } catch (IllegalArgumentException e) {
            throw new ArtifactException(
                    "'" + event.getArtifactUri() + "' is no folder of an artifact: " + e.getMessage(), e);
        }
    }

    private static void verifyFiles(Path directory, Manifest manifest) throws IOException {
        Set<String> unexpected = new TreeSet<>();
        try (Stream<Path> files = Files.walk(directory)) {
            files.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString())
                    .forEach(unexpected::add);
        }
        unexpected.remove(MANIFEST);
        unexpected.removeAll(manifest.files().keySet());
        if (!unexpected.isEmpty()) {
            throw new ArtifactException(directory + " holds files that its manifest does not name: " + unexpected);
        }
        for (Map.Entry<String, String> entry : manifest.files().entrySet()) {
            Path file = directory.resolve(entry.getKey()).normalize();
            if (!file.startsWith(directory.normalize())) {
                throw new ArtifactException("the manifest in " + directory + " points outside: " + entry.getKey());
            }
            String actual = Sha256.hex(read(directory, file));
            if (!actual.equals(entry.getValue())) {
                throw new ArtifactException(file + " has SHA-256 " + actual + ", not " + entry.getValue()
                        + " as its manifest says: restore it or publish again");
            }
        }
    }

    private static byte[] read(Path directory, Path file) throws IOException {
        try {
            if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
                throw new ArtifactException(file + " is no file: restore it or publish again");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            if (Files.isDirectory(directory)) {
                throw new ArtifactException(file + " is missing from the artifact: restore it or publish again", e);
            }
            throw new ArtifactUnavailableException(
                    "the folder " + directory + " of the artifact is not there: mount its volume, or restore it", e);
        }
    }

    /** Every file of an artifact but the manifest itself, by relative path, with its lower-case hex SHA-256. */
    record Manifest(Map<String, String> files) {
        Manifest {
            files = new TreeMap<>(files);
        }
    }
}
