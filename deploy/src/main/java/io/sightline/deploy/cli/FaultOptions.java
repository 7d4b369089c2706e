package io.sightline.deploy.cli;

import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What all fault runs take. */
final class FaultOptions {

    private static final long SEEDS = 1_000_000_000;

    @Option(
            names = "--seed",
            description = "Of all that is random: what is sent and when faults come; printed, and another each time"
                    + " unless it is given.")
    private @Nullable Long seed;

    @Option(names = "--out", description = "Folder of the figures (default: target/faults of the project).")
    private Path out =
            Path.of(System.getProperty("sightline.home", ".")).resolve("target").resolve("faults");

    /** The one that was given, or any: to be asked once. */
    long seed() {
        return seed == null ? ThreadLocalRandom.current().nextLong(SEEDS) : seed;
    }

    /** Where the figures go. */
    Path folder() {
        return out;
    }
}
