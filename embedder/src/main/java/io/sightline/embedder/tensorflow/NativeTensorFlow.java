package io.sightline.embedder.tensorflow;

import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;

/**
 * Loads the native TensorFlow library once, from the class path, and tells DJL to use the same one. Left alone, DJL
 * would download its own at run time.
 */
public final class NativeTensorFlow {

    private static final String DJL_LIBRARY_PROPERTY = "TENSORFLOW_LIBRARY_PATH";

    private NativeTensorFlow() {}

    /**
     * Must come before the first use of any class of TF-Java or DJL. Idempotent and thread-safe.
     *
     * @throws UnsatisfiedLinkError if there is no native library for this platform on the class path
     */
    public static void load() {
        Loaded.touch();
    }

    private static final class Loaded {
        static {
            String library = Loader.load(org.tensorflow.internal.c_api.global.tensorflow.class);
            Path folder = Path.of(library).toAbsolutePath().getParent();
            System.setProperty(DJL_LIBRARY_PROPERTY, String.valueOf(folder));
        }

        private static void touch() {
            // Initialising this class does the work.
        }
    }
}
