package io.sightline.deploy.cli;

import io.sightline.embedder.artifact.ModelArtifact;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The artifact of a version among others, told by its name or its folder. */
final class VersionFolder {

    private VersionFolder() {}

    /**
     * Finds it. Artifacts lie in folders that are called after their version, perhaps with something behind a dash.
     *
     * @param version its name, or its folder
     * @param models where versions lie
     * @throws IllegalArgumentException if there is none, or more than one
     */
    static ModelArtifact find(String version, Path models) {
        Path named = Path.of(version);
        if (ModelArtifact.liesIn(named)) {
            return ModelArtifact.open(named);
        }
        List<Path> found = all(models).stream()
                .filter(folder -> {
                    String name = String.valueOf(folder.getFileName());
                    return name.equals(version) || name.startsWith(version + "-");
                })
                .toList();
        if (found.size() != 1) {
            throw new IllegalArgumentException((found.isEmpty()
                            ? "there is no version '" + version + "' in " + models
                            : "several folders are called" + " after version '" + version + "': " + found)
                    + "; name its folder");
        }
        return ModelArtifact.open(found.getFirst());
    }

    private static List<Path> all(Path models) {
        if (!Files.isDirectory(models)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(models)) {
            return files.filter(ModelArtifact::liesIn).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the versions in " + models + " cannot be listed: " + e.getMessage(), e);
        }
    }
}
