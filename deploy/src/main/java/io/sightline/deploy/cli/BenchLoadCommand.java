package io.sightline.deploy.cli;

import io.sightline.deploy.bench.LoadBench;
import io.sightline.deploy.bench.LoadSettings;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline bench load}. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = {
            "Searches and images at steady rates that do not wait for answers; latencies count from the moment at which the"
                    + " schedule wanted a request sent. First hardly any load, then the rates, or the highest that this"
                    + " machine holds, then far more, of which servers are to shed a part with 429, then the rates again,"
                    + " which must do as before.",
            "The load is put on a stack of its own in another process, with a small network and the built-in line drawings,"
                    + " or on services that run already: --url and --ingest-url.",
            "Exit status 1 if a request failed, or if it is not as before after the overload."
        })
final class BenchLoadCommand implements Callable<Integer> {

    @Option(names = "--searches", description = "A second (default: ${DEFAULT-VALUE}).")
    private double searches = 500;

    @Option(names = "--images", description = "That are posted, a second (default: ${DEFAULT-VALUE}).")
    private double images = 200;

    @Option(
            names = "--minutes",
            description = "How long the rates last; each other phase lasts a tenth of it, between 5 s and a minute"
                    + " (default: ${DEFAULT-VALUE}).")
    private double minutes = 10;

    @Option(names = "--above", description = "By how much the rates are exceeded (default: ${DEFAULT-VALUE}).")
    private double above = 3;

    @Option(names = "--gallery", description = "Images that are there before (default: ${DEFAULT-VALUE}).")
    private int gallery = 5_000;

    @Option(
            names = "--search-by",
            description =
                    "An encoded image, which has to be embedded, an id, or both in turn: IMAGE, ID, BOTH (default:"
                            + " ${DEFAULT-VALUE}).")
    private String searchBy = "BOTH";

    @Option(
            names = "--requests-at-once",
            description = "That a server of the stack works on, more are shed (default: ${DEFAULT-VALUE}).")
    private int requestsAtOnce = 256;

    @Option(names = "--url", description = "A search API that runs already; its services are limited as they are.")
    private @Nullable URI search;

    @Option(names = "--ingest-url", description = "The ingest API beside it.")
    private @Nullable URI ingest;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Override
    public Integer call() throws Exception {
        if ((search == null) != (ingest == null)) {
            throw new IllegalArgumentException("--url and --ingest-url go together: give both, or none of them");
        }
        LogFile.into(options.folder(), "load", "OFF");
        String key = System.getenv().getOrDefault("SIGHTLINE_API_KEY", "").strip();
        LoadBench bench = new LoadBench(new LoadSettings(
                searches, images, Duration.ofMillis((long) (minutes * 60_000)), above, gallery, searchBy, key));
        boolean good = (search == null || ingest == null)
                ? bench.run(SightlineCommand.class, requestsAtOnce, options.folder(), System.out)
                : bench.run(ingest, search, options.folder(), System.out);
        return good ? 0 : 1;
    }
}
