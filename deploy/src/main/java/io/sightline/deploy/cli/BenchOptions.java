package io.sightline.deploy.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options of every benchmark. */
final class BenchOptions {

    @Option(names = "--out", description = "Folder of the figures (default: target/bench of the project).")
    private Path out =
            Path.of(System.getProperty("sightline.home", ".")).resolve("target").resolve("bench");

    Path folder() {
        return out;
    }
}
