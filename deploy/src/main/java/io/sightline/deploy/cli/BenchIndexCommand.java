package io.sightline.deploy.cli;

import io.sightline.deploy.bench.IndexBench;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sightline bench index}. */
@Command(
        name = "index",
        mixinStandardHelpOptions = true,
        description = {
            "Searches clustered unit vectors: an exact scan, Lucene's own API, the retrieval store with and without"
                    + " filters, and the search API, also while 1,000 embeddings a second arrive; against the exact"
                    + " neighbours. Then vectors of 512 dimensions, full and quantised."
        })
final class BenchIndexCommand implements Callable<Integer> {

    @Option(names = "--vectors", description = "Vectors of 128 dimensions (default: ${DEFAULT-VALUE}).")
    private int vectors = 200_000;

    @Option(
            names = "--wide-vectors",
            description = "Vectors of 512 dimensions, 0 to leave them out (default: ${DEFAULT-VALUE}).")
    private int wideVectors = 100_000;

    @Option(names = "--queries", description = "Queries of a pass (default: ${DEFAULT-VALUE}).")
    private int queries = 2_000;

    @Option(
            names = "--passes",
            description = "Passes of each row that the medians are taken of (default: ${DEFAULT-VALUE}).")
    private int passes = 5;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Override
    public Integer call() throws Exception {
        LogFile.into(options.folder(), "index", "OFF");
        new IndexBench(vectors, wideVectors, queries, passes).run(options.folder(), System.out);
        return 0;
    }
}
