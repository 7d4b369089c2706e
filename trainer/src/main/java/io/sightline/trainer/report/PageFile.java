package io.sightline.trainer.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** What all pages have in common: a head that fetches and runs nothing, and one rename that puts them in place. */
final class PageFile {

    private PageFile() {}

    /** Adds the head. */
    static void head(Markup page, String title) {
        page.open("head").empty("meta", "charset", "utf-8");
        page.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        // Even if markup from outside slipped in, nothing would be run or fetched.
        String policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
        page.empty("meta", "http-equiv", "Content-Security-Policy", "content", policy);
        page.element("title", title);
        page.open("style").verbatim(Style.CSS).close().close();
    }

    /**
     * Writes a page beside its target and renames it, so that a reader sees the old page or the new one.
     *
     * @throws UncheckedIOException if it cannot be written; what was there before then remains
     */
    static void write(String page, Path file) {
        Path target = file.toAbsolutePath();
        Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
        try {
            Files.createDirectories(temporary.resolveSibling(""));
            Files.writeString(temporary, page);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "could not write " + target + "; check that the folder can be written to and has space: "
                            + e.getMessage(),
                    e);
        }
    }
}
