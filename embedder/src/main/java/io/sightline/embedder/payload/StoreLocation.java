package io.sightline.embedder.payload;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From what a setting says to a path. Messages never repeat a URI, since it may hold credentials. */
final class StoreLocation {

    /** At least two characters: a single one is the drive of a Windows path. */
    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+):.*");

    /** A path below an authority, and slashes after it, which some providers keep as a part of every address. */
    private static final Pattern TRAILING_SLASHES = Pattern.compile("([^:]+://[^/]*/.*[^/])/+$");

    private StoreLocation() {}

    /**
     * The path of a plain path or a URI.
     *
     * @throws IllegalArgumentException if it is neither, or no provider for its scheme is installed
     */
    static Path path(String location) {
        if (location.isBlank()) {
            throw new IllegalArgumentException("the payload store has no location: name a folder or a URI");
        }
        Matcher matcher = SCHEME.matcher(location);
        return matcher.matches() ? ofUri(location, matcher.group(1).toLowerCase(Locale.ROOT)) : Path.of(location);
    }

    private static Path ofUri(String location, String scheme) {
        requireProvider(scheme);
        try {
            return Path.of(new URI(TRAILING_SLASHES.matcher(location).replaceFirst("$1")));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("the payload store's " + scheme + ": URI is malformed at character "
                    + e.getIndex() + ": " + e.getReason());
        } catch (FileSystemNotFoundException e) {
            throw new IllegalArgumentException(
                    "the file system of the payload store's " + scheme + ": URI is not open: open it first", e);
        }
    }

    private static void requireProvider(String scheme) {
        boolean installed = FileSystemProvider.installedProviders().stream()
                .anyMatch(provider -> provider.getScheme().equalsIgnoreCase(scheme));
        if (!installed) {
            throw new IllegalArgumentException("the payload store needs a file system provider for " + scheme
                    + ": URIs, and none is installed: put " + artifact(scheme) + " on the class path");
        }
    }

    private static String artifact(String scheme) {
        return switch (scheme) {
            case "s3", "s3x" -> "software.amazon.nio.s3:aws-java-nio-spi-for-s3";
            default -> "one";
        };
    }
}
