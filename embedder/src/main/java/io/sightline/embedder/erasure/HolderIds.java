package io.sightline.embedder.erasure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Names of holders, so that two of a kind are told apart. */
public final class HolderIds {

    private static final String FILE = ".holder";
    private static final int LENGTH = 12;

    private HolderIds() {}

    /** A holder in memory: gone with it. */
    public static String ofProcess() {
        return "process-" + random();
    }

    /**
     * A holder in a folder: its name lies in the folder, and moves with it from one machine to another.
     *
     * @throws UncheckedIOException if the folder cannot be read or written
     */
    public static String ofFolder(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            if (Files.exists(file)) {
                String id = Files.readString(file).strip();
                if (id.matches("folder-\\w+")) {
                    return id;
                }
            }
            String id = "folder-" + random();
            Files.createDirectories(folder);
            Files.write(file, id.getBytes(StandardCharsets.UTF_8));
            return id;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the name of the folder " + folder + " cannot be kept in " + file + ": " + e.getMessage(), e);
        }
    }

    private static String random() {
        return UUID.randomUUID().toString().replace("-", "").substring(0, LENGTH);
    }
}
