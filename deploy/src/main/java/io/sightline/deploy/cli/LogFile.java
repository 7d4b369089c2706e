package io.sightline.deploy.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Sends the log to a file and keeps the terminal for what people want to see. */
final class LogFile {

    private LogFile() {}

    /** Must come before the first logger is made. Returns where the log is. */
    static Path into(Path directory, String consoleLevel) {
        return into(directory, "sightline", consoleLevel);
    }

    /** The same, with a name for the file: services that share a folder have a log each. */
    static Path into(Path directory, String name, String consoleLevel) {
        Path file = directory.resolve(name + ".log");
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + directory + " cannot be made: " + e.getMessage(), e);
        }
        System.setProperty("sightline.log.file", file.toString());
        System.setProperty("sightline.console.level", consoleLevel);
        return file;
    }
}
