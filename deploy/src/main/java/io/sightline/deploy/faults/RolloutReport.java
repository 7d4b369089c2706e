package io.sightline.deploy.faults;

import io.sightline.deploy.check.CheckReport;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What versions that followed each other did to searches. Immutable.
 *
 * @param changes every change of the version that answers, in order
 * @param images that were sent
 * @param seen by the clients
 * @param check of topics and index in the end
 */
record RolloutReport(
        RolloutFaultSettings settings, List<Change> changes, int images, SearchingClients.Seen seen, CheckReport check)
        implements FaultFolder.Report {

    /**
     * A version that came to answer.
     *
     * @param seconds from its announcement, or from the request to go back, until searches are answered by it
     * @param figures of its gates, empty after a rollback
     */
    record Change(String version, boolean rollback, double seconds, Map<String, Double> figures) {}

    @Override
    public boolean isClean() {
        return seen.isClean() && check.isClean();
    }

    @Override
    public void print(PrintStream out) {
        out.printf("%n%-8s %-9s %9s %10s %12s%n", "version", "by", "seconds", "answers", "overlap@10");
        for (Change change : changes) {
            Double overlap = change.figures.get("shadow.overlapAt10");
            out.printf(
                    Locale.ROOT,
                    "%-8s %-9s %9.1f %10d %12s%n",
                    change.version,
                    change.rollback ? "rollback" : "rollout",
                    change.seconds,
                    seen.answers().getOrDefault(change.version, 0L),
                    overlap == null ? "-" : String.format(Locale.ROOT, "%.3f", overlap));
        }
        out.printf(
                Locale.ROOT,
                "%n%d answers to %d clients: %d errors, %d mixed, %d images lost, %d of %d scores wrong; %d vectors of an"
                        + " older version refused%n",
                seen.total(),
                settings.clients(),
                seen.errors(),
                seen.mixed(),
                seen.missing(),
                seen.wrong(),
                seen.computed(),
                seen.refused());
        out.printf(
                Locale.ROOT,
                "%d images sent, %d a second: %d indexed by %s, %d missing, %d duplicates, %d stale, %d wrong vectors%n",
                images,
                settings.imagesPerSecond(),
                check.indexed(),
                check.version(),
                check.missing(),
                check.duplicates(),
                check.stale(),
                check.wrongVectors());
        seen.examples().forEach(example -> out.println("  " + example));
        check.examples().forEach(example -> out.println("  " + example));
    }

    @Override
    public Map<String, Object> figures() {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("settings", settings);
        figures.put("changes", changes);
        figures.put("images", images);
        figures.put("seen", seen);
        figures.put("check", check);
        return figures;
    }
}
