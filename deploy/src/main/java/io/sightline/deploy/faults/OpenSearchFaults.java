package io.sightline.deploy.faults;

import io.sightline.deploy.bench.BenchFile;
import io.sightline.deploy.faults.OpenSearchFaultSettings.Victim;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
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
        Path work = Files.createTempDirectory("sightline-faults-");
        boolean clean = false;
        try {
            List<OpenSearchOutcome> outcomes = new ArrayList<>();
            for (Victim victim : settings.victims()) {
                out.println("three nodes; the " + name(victim) + " is killed");
                outcomes.add(new OpenSearchFaultRun(settings, victim, work.resolve(name(victim))).run());
            }
            OpenSearchReport report = new OpenSearchReport(settings, outcomes);
            report.print(out);
            BenchFile.write(folder.resolve("opensearch.json"), report.figures(), out);
            clean = report.isClean();
            return clean;
        } finally {
            if (clean) {
                EmbedderFaults.delete(work);
            } else {
                out.println("data and logs of the nodes are kept in " + work);
            }
        }
    }

    private static String name(Victim victim) {
        return victim.name().toLowerCase(Locale.ROOT);
    }
}
