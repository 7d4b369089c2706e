package io.sightline.trainer.report;

import io.sightline.schemas.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Takes the pictures of deleted images out of reports. Each picture is marked with a hash of the id of its image, since ids
 * themselves do not belong into a page that people pass on.
 */
public final class ErasedPictures {

    /** Attribute of a picture. */
    static final String MARK = "data-image";

    /** Attribute values are escaped: none has an angle bracket. */
    private static final Pattern PICTURE = Pattern.compile("<img " + MARK + "=\"([0-9a-f]{64})\"[^>]*/>\n?");

    private ErasedPictures() {}

    static String mark(String id) {
        return Sha256.hex(id.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Rewrites a report without the pictures of some images.
     *
     * @return how many pictures that were
     * @throws UncheckedIOException if the page cannot be read or written
     */
    public static int remove(Path page, Set<String> ids) {
        Set<String> marks = ids.stream().map(ErasedPictures::mark).collect(Collectors.toSet());
        int[] removed = {0};
        String before = read(page);
        String after = PICTURE.matcher(before).replaceAll(picture -> {
            if (!marks.contains(picture.group(1))) {
                return Matcher.quoteReplacement(picture.group());
            }
            removed[0]++;
            return "";
        });
        if (removed[0] > 0) {
            PageFile.write(after, page);
        }
        return removed[0];
    }

    private static String read(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException e) {
            throw new UncheckedIOException("the report " + page + " cannot be read: " + e.getMessage(), e);
        }
    }
}
