package io.sightline.deploy.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the image sets are. */
public final class BenchData {

    private BenchData() {}

    /**
     * The data folder: SIGHTLINE_DATA, else shared/data beside the checkout.
     *
     * @throws IOException if it is not there
     */
    public static Path folder() throws IOException {
        Path beside = Path.of(System.getProperty("sightline.home", "."))
                .toAbsolutePath()
                .normalize()
                .resolveSibling("shared")
                .resolve("data");
        Path folder = Path.of(System.getenv().getOrDefault("SIGHTLINE_DATA", beside.toString()));
        if (!Files.isDirectory(folder)) {
            throw new IOException("no image sets in " + folder
                    + ": set SIGHTLINE_DATA to the folder with omniglot242.zip and grocery96.zip");
        }
        return folder;
    }
}
