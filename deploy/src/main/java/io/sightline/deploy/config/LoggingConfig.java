package io.sightline.deploy.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What is logged. */
@ConfigMapping(prefix = "sightline.logging")
@Doc("What is logged.")
public interface LoggingConfig {

    @WithDefault("text")
    @Doc("How a line of the log is written.")
    Format format();

    @WithDefault("info")
    @Doc("The least that Sightline's own classes log.")
    Level level();

    /** The formats. */
    enum Format {
        TEXT,
        JSON
    }

    /** The levels. */
    enum Level {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR
    }
}
