package io.sightline.deploy.cli;

import io.sightline.deploy.bench.ConsoleBench;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sightline bench console}. */
@Command(
        name = "console",
        mixinStandardHelpOptions = true,
        description = {
            "Times how long each page of the console takes to load in Chromium on an index of drawings, with an empty"
                    + " cache and again.",
            "Needs Chromium; nothing is downloaded.",
            "Exit status 1 if a page takes a second or longer."
        })
final class BenchConsoleCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--images", description = "Images in the index (default: ${DEFAULT-VALUE}).")
    private int images = 10_000;

    @Option(names = "--repeats", description = "Loads that medians are taken of (default: ${DEFAULT-VALUE}).")
    private int repeats = 5;

    @Option(
            names = "--chromium",
            paramLabel = "FILE",
            description = "The browser's executable (default: ${DEFAULT-VALUE}).")
    private Path chromium = Path.of("/usr/bin/chromium");

    @Mixin
    private BenchOptions options = new BenchOptions();

    @SuppressWarnings("NullAway.Init") // picocli sets the spec.
    BenchConsoleCommand() {}

    @Override
    public Integer call() throws Exception {
        if (images < 1 || repeats < 1) {
            throw new ParameterException(spec.commandLine(), "--images and --repeats must be positive");
        }
        if (!Files.isExecutable(chromium)) {
            throw new ParameterException(
                    spec.commandLine(),
                    chromium + " is not there: install Chromium, or say with --chromium where it is");
        }
        return new ConsoleBench(images, repeats, chromium).run(options.folder(), System.out) ? 0 : 1;
    }
}
