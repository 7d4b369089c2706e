package io.sightline.embedder.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.TensorFlow;

class NativeTensorFlowTest {

    @TempDir
    Path folder;

    /** What the child process runs. */
    static final class Version {
        private Version() {}

        public static void main(String[] args) {
            NativeTensorFlow.load();
            System.out.println("TensorFlow " + TensorFlow.version());
        }
    }

    @Test
    void shouldTakeTheLibraryFromTheFolderThatIsNamed() throws Exception {
        NativeTensorFlow.load();
        Path library = Path.of(Loader.load(org.tensorflow.internal.c_api.global.tensorflow.class));
        String named = String.valueOf(library.getParent());
        assertThat(run(named)).contains("TensorFlow " + TensorFlow.version());
        // Nothing is extracted where there is nothing to extract from.
        assertThat(folder.resolve("cache")).isEmptyDirectory();
    }

    @Test
    void shouldNameAFolderThatHasNoLibrary() {
        assertThatThrownBy(() -> NativeTensorFlow.requireLibrary(folder))
                .hasMessageContaining("TENSORFLOW_LIBRARY_PATH is " + folder)
                .hasMessageContaining("jnitensorflow");
    }

    /** Without the native library on the class path; returns what was printed. */
    private String run(String named) throws Exception {
        Files.createDirectories(folder.resolve("cache"));
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.matches(".*tensorflow-core-native-[\\d.]+-.*\\.jar"))
                .collect(Collectors.joining(File.pathSeparator));
        ProcessBuilder child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+IgnoreUnrecognizedVMOptions",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache"),
                        "-cp",
                        classPath,
                        Version.class.getName())
                .redirectErrorStream(true);
        child.environment().put(NativeTensorFlow.FOLDER, named);
        Process process = child.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s", said).isZero();
        return said;
    }
}
