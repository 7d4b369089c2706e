package io.sightline.deploy.cli;

import io.sightline.deploy.config.Configuration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What a command line alone configures. */
final class ConfiguredOptions {

    @Command
    private static final class Holder {
        @Mixin
        private final ConfigOptions options;

        Holder(ConfigOptions options) {
            this.options = options;
        }
    }

    private ConfiguredOptions() {}

    /** The configuration of some concerns, which is sound. */
    static Configuration of(Class<?>[] concerns, String... arguments) {
        Holder holder = new Holder(ConfigOptions.alone(concerns));
        new CommandLine(holder).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
        Configuration configuration = holder.options.read();
        configuration.requireSound();
        return configuration;
    }
}
