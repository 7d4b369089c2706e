package io.sightline.deploy.cli;

import io.sightline.deploy.bench.BenchData;
import io.sightline.deploy.bench.SoakBench;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline bench soak}. */
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        description = {
            "Keeps one embedder process busy at full rate for a long time, and measures its memory. Starts a broker, a"
                    + " registry and the embedder on a temporary folder."
        })
final class BenchSoakCommand implements Callable<Integer> {

    @Option(names = "--minutes", description = "How long (default: ${DEFAULT-VALUE}).")
    private int minutes = 60;

    @Option(
            names = "--heap",
            description = "Java heap of the embedder, resident from the start (default: ${DEFAULT-VALUE}).")
    private String heap = "512m";

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Override
    public Integer call() throws Exception {
        System.out.println("the log is " + LogFile.into(options.folder(), "soak", "OFF"));
        new SoakBench(minutes, heap, SightlineCommand.class).run(BenchData.folder(), options.folder(), System.out);
        return 0;
    }
}
