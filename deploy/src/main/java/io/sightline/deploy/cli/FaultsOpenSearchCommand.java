package io.sightline.deploy.cli;

import io.sightline.deploy.faults.OpenSearchFaultSettings;
import io.sightline.deploy.faults.OpenSearchFaultSettings.Victim;
import io.sightline.deploy.faults.OpenSearchFaults;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sightline faults opensearch}. */
@Command(
        name = "opensearch",
        mixinStandardHelpOptions = true,
        description = {
            "Three OpenSearch nodes of their own, kill -9 of one while writes and searches go on, and its restart. Then"
                    + " what the index holds is compared with what was acknowledged. Needs a build with -Popensearch.",
            "Exit status 1 if an acknowledged document is missing, outdated, there twice or there though it was"
                    + " deleted."
        })
final class FaultsOpenSearchCommand implements Callable<Integer> {

    @Option(names = "--vectors", description = "Vectors that are written before (default: ${DEFAULT-VALUE}).")
    private int vectors = 20_000;

    @Option(
            names = "--run",
            description = "Which node is killed: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Run run = Run.BOTH;

    @Option(names = "--seed", description = "Of vectors and writes; printed, and another each time unless it is given.")
    private @Nullable Long seed;

    @Option(names = "--out", description = "Folder of the figures (default: target/faults of the project).")
    private Path out =
            Path.of(System.getProperty("sightline.home", ".")).resolve("target").resolve("faults");

    /** Which node is killed. */
    enum Run {
        PRIMARY,
        MANAGER,
        BOTH
    }

    @Override
    public Integer call() throws Exception {
        LogFile.into(out, "opensearch", "WARN");
        List<Victim> victims = switch (run) {
            case PRIMARY -> List.of(Victim.PRIMARY);
            case MANAGER -> List.of(Victim.MANAGER);
            case BOTH -> List.of(Victim.PRIMARY, Victim.MANAGER);
        };
        OpenSearchFaultSettings settings = new OpenSearchFaultSettings(
                vectors, victims, seed == null ? ThreadLocalRandom.current().nextLong(1_000_000_000) : seed);
        return new OpenSearchFaults(settings).run(out, System.out) ? 0 : 1;
    }
}
