package io.sightline.deploy.faults;

import io.sightline.deploy.faults.OpenSearchFaultSettings.Victim;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Clusters of three OpenSearch nodes, one of which is killed with -9 while writes and searches go on: is every acknowledged
 * document there in the end, and do searches resume by themselves?
 *
 * @param settings what they have to survive
 */
public record OpenSearchFaults(OpenSearchFaultSettings settings) {

    /**
     * Inflicts the faults, compares, prints a table and writes opensearch.json. All is kept if something was wrong.
     *
     * @param folder for the figures
     * @return whether nothing that was acknowledged is missing, outdated or resurrected
     */
    public boolean run(Path folder, PrintStream out) throws IOException, InterruptedException {
        return FaultFolder.run(folder.resolve("opensearch.json"), out, work -> {
            List<OpenSearchOutcome> outcomes = new ArrayList<>();
            for (Victim victim : settings.victims()) {
                out.println("three nodes; the " + name(victim) + " is killed");
                outcomes.add(new OpenSearchFaultRun(settings, victim, work.resolve(name(victim))).run());
            }
            return new OpenSearchReport(settings, outcomes);
        });
    }

    private static String name(Victim victim) {
        return victim.name().toLowerCase(Locale.ROOT);
    }
}
