package io.sightline.deploy.cli;

import io.sightline.deploy.faults.OpenSearchFaultSettings;
import io.sightline.deploy.faults.OpenSearchFaultSettings.Victim;
import io.sightline.deploy.faults.OpenSearchFaults;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private FaultOptions options = new FaultOptions();

    /** Which node is killed. */
    enum Run {
        PRIMARY,
        MANAGER,
        BOTH
    }

    @Override
    public Integer call() throws Exception {
        LogFile.into(options.folder(), "opensearch", "WARN");
        List<Victim> victims = switch (run) {
            case PRIMARY -> List.of(Victim.PRIMARY);
            case MANAGER -> List.of(Victim.MANAGER);
            case BOTH -> List.of(Victim.PRIMARY, Victim.MANAGER);
        };
        OpenSearchFaultSettings settings = new OpenSearchFaultSettings(vectors, victims, options.seed());
        return new OpenSearchFaults(settings).run(options.folder(), System.out) ? 0 : 1;
    }
}
