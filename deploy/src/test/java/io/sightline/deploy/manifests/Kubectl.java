package io.sightline.deploy.manifests;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Renders a folder of Kustomize, which needs no cluster.
 *
 * @param program the command
 */
record Kubectl(Path program) {

    /** The one on the search path. */
    static Optional<Kubectl> find() {
        return Arrays.stream(
                        Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, "kubectl"))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Kubectl::new);
    }

    String render(Path folder) {
        try {
            Process process = new ProcessBuilder(program.toString(), "kustomize", folder.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String rendered = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException("kubectl kustomize " + folder + " ended with " + status);
            }
            return rendered;
        } catch (IOException e) {
            throw new UncheckedIOException("kubectl kustomize " + folder + " did not run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while kubectl ran", e);
        }
    }
}
