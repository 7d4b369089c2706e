package io.sightline.deploy;

import static io.sightline.embedder.testing.Patience.await;

import io.sightline.deploy.cli.SightlineCommand;
import io.sightline.embedder.testing.Patience;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;

/** The sightline command as a process of its own, which can be killed. */
final class SightlineProcess implements AutoCloseable {

    private final Process process;
    private final Path output;

    private SightlineProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    static SightlineProcess start(Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx1g",
                "-Dsightline.home=" + System.getProperty("sightline.root", "."),
                "-Dsightline.registry.home=" + System.getProperty("sightline.registry.home"),
                "-cp",
                System.getProperty("java.class.path"),
                SightlineCommand.class.getName()));
        command.addAll(List.of(arguments));
        File log = output.toFile();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
        return new SightlineProcess(process, output);
    }

    SightlineProcess awaitReady() {
        try {
            await("ready").until(() -> {
                if (!process.isAlive()) {
                    throw new IllegalStateException("ended with " + process.exitValue() + ": " + said());
                }
                return said().lines().anyMatch(line -> line.startsWith("ready"));
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "not ready after " + Patience.LIMIT.toSeconds() + " s, it has said:\n" + said(), e);
        }
        return this;
    }

    private String said() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            return output + " cannot be read: " + e;
        }
    }

    /** The value printed behind a word, for instance the address behind "at". */
    String printed(String word) throws IOException {
        String text = Files.readString(output);
        int start = text.lastIndexOf(word) + word.length();
        return text.substring(start).strip().lines().findFirst().orElseThrow();
    }

    /** The last warnings and errors that it printed, on one line: what a failed test says of it. */
    String troubles() throws IOException {
        List<String> troubles = Files.readString(output)
                .lines()
                .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                .toList();
        return String.join(" / ", troubles.subList(Math.max(0, troubles.size() - 5), troubles.size()));
    }

    /** Waits for the process to end; returns the exit code, or nothing if it runs on. */
    OptionalInt awaitEnd(Duration most) throws InterruptedException {
        boolean ended = process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS);
        return ended ? OptionalInt.of(process.exitValue()) : OptionalInt.empty();
    }

    /** kill -9. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** SIGTERM; returns the exit code. */
    int terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    "still there " + Patience.LIMIT.toSeconds() + " s after SIGTERM; it has said:\n" + said());
        }
        return process.exitValue();
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    @Override
    public void close() {
        kill();
    }
}
