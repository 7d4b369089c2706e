package io.sightline.deploy.cli;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.core.joran.spi.JoranException;
import io.sightline.deploy.config.LoggingConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/** Sends the log to a file and keeps the terminal for what people want to see. */
final class LogFile {

    private LogFile() {}

    /** Returns where the log is. */
    static Path into(Path directory, String consoleLevel) {
        return into(directory, "sightline", consoleLevel);
    }

    /** The same, as it is configured. */
    static Path into(Path directory, String name, String consoleLevel, LoggingConfig logging) {
        System.setProperty("sightline.log.format", logging.format().name().toLowerCase(Locale.ROOT));
        System.setProperty("sightline.log.level", logging.level().name());
        return into(directory, name, consoleLevel);
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
        configureAgain();
        return file;
    }

    /** Some class on the way here may have made a logger, for instance one of Avro's whose name is an option's type. */
    private static void configureAgain() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        try {
            new ContextInitializer(context).autoConfig();
        } catch (JoranException e) {
            throw new IllegalStateException("the log cannot be configured: " + e.getMessage(), e);
        }
    }
}
