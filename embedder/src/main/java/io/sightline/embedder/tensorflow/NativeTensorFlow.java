package io.sightline.embedder.tensorflow;

import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.tensorflow.Graph;

/**
 * Loads the native TensorFlow library once and tells DJL to use the same one. Left alone, DJL would download its own at
 * run time. The library is taken from the folder that the environment variable {@value #FOLDER} names, as it is in
 * images, or else from the class path, from where it is extracted into a cache first.
 */
public final class NativeTensorFlow {

    /** Environment variable for people, and system property for DJL. */
    static final String FOLDER = "TENSORFLOW_LIBRARY_PATH";

    private static final String ENTRY_LIBRARY = System.mapLibraryName("jnitensorflow");

    private NativeTensorFlow() {}

    /**
     * Must come before the first use of any class of TF-Java or DJL. Idempotent and thread-safe.
     *
     * @throws IllegalStateException if {@value #FOLDER} names a folder without the library
     * @throws UnsatisfiedLinkError if there is no native library for this platform on the class path
     */
    public static void load() {
        String folder = System.getenv(FOLDER);
        if (folder != null) {
            requireLibrary(Path.of(folder));
        }
        Loaded.touch();
    }

    /** An empty graph, for the first use of TensorFlow that a class makes. The caller closes it. */
    public static Graph graph() {
        load();
        return new Graph();
    }

    /** Checks a folder by what is loaded first, since the loader's own error names no folder. */
    static void requireLibrary(Path folder) {
        if (!Files.isRegularFile(folder.resolve(ENTRY_LIBRARY))) {
            throw new IllegalStateException(FOLDER + " is " + folder + ", but there is no " + ENTRY_LIBRARY
                    + ": name the folder with the files of tensorflow-core-native, or unset it");
        }
    }

    private static final class Loaded {
        static {
            String named = System.getenv(FOLDER);
            if (named != null) {
                lookOnlyIn(named);
            }
            String library = Loader.load(org.tensorflow.internal.c_api.global.tensorflow.class);
            Path folder = Path.of(library).toAbsolutePath().getParent();
            System.setProperty(FOLDER, String.valueOf(folder));
            // DJL would tell the metadata service of a cloud machine, if there is one, which engine runs.
            System.setProperty("OPT_OUT_TRACKING", "true");
        }

        /** Settings of JavaCPP, which must be there before its loader is first used. */
        private static void lookOnlyIn(String folder) {
            System.setProperty("org.bytedeco.javacpp.platform.linkpath", folder);
            System.setProperty("org.bytedeco.javacpp.platform.preloadpath", folder);
            System.setProperty("org.bytedeco.javacpp.pathsFirst", "true");
        }

        private static void touch() {
            // Initialising this class does the work.
        }
    }
}
