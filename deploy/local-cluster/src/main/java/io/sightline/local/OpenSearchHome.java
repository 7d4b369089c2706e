package io.sightline.local;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the libraries of an OpenSearch node lie. They are not on Sightline's own class path: both have Lucene, in different
 * versions.
 */
public final class OpenSearchHome {

    /** System property that names the folder of the libraries. */
    public static final String PROPERTY = "sightline.opensearch.home";

    /** Libraries of the server, plugin of the vectors, main class of the node. */
    private static final List<String> PARTS = List.of("classes", "lib/*", "knn/*");

    private OpenSearchHome() {}

    /** Whether a node can be started here. */
    public static boolean isPresent() {
        return Files.isDirectory(folder().resolve("lib"));
    }

    /** What to do where none can. */
    public static String advice() {
        return "no OpenSearch in '" + System.getProperty(PROPERTY, "")
                + "': build once with -Popensearch, which downloads 90 MB, and start through deploy/sightline or set -D"
                + PROPERTY;
    }

    private static Path folder() {
        return Path.of(System.getProperty(PROPERTY, "")).toAbsolutePath();
    }

    /**
     * Class path of a node's process.
     *
     * @throws LocalClusterException if there are no libraries
     */
    static String classPath() {
        if (!isPresent()) {
            throw new LocalClusterException(advice(), null);
        }
        StringBuilder path = new StringBuilder(ownClasses());
        PARTS.forEach(part -> path.append(File.pathSeparator)
                .append(folder())
                .append(File.separator)
                .append(part));
        return path.toString();
    }

    private static String ownClasses() {
        try {
            return Path.of(OpenSearchProcess.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new LocalClusterException("cannot find the classes of the local cluster", e);
        }
    }
}
