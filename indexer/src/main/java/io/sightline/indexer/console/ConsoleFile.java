package io.sightline.indexer.console;

import io.sightline.schemas.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * A file of the console, read from the class path. The content is not copied: do not change it.
 *
 * @param content as it is sent
 * @param contentType its media type
 * @param tag entity tag, with quotes
 */
record ConsoleFile(byte[] content, String contentType, String tag) {

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");
    private static final int TAG_DIGITS = 32;

    /**
     * Reads a resource.
     *
     * @throws IllegalStateException if it is not there
     */
    static ConsoleFile read(String resource) {
        try (InputStream in = ConsoleFile.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing on the class path; build the indexer again");
            }
            byte[] content = in.readAllBytes();
            String type = TYPES.get(resource.substring(resource.lastIndexOf('.') + 1));
            if (type == null) {
                throw new IllegalStateException(resource + " has no media type");
            }
            return new ConsoleFile(content, type, '"' + Sha256.hex(content).substring(0, TAG_DIGITS) + '"');
        } catch (IOException e) {
            throw new UncheckedIOException(resource + " cannot be read from the class path", e);
        }
    }
}
