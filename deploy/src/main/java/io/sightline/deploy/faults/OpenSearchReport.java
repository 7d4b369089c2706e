package io.sightline.deploy.faults;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was done to OpenSearch clusters and what became of them. Immutable. */
record OpenSearchReport(OpenSearchFaultSettings settings, List<OpenSearchOutcome> outcomes)
        implements FaultFolder.Report {

    OpenSearchReport {
        outcomes = List.copyOf(outcomes);
    }

    @Override
    public boolean isClean() {
        return outcomes.stream().allMatch(OpenSearchOutcome::isClean);
    }

    @Override
    public void print(PrintStream out) {
        out.printf(
                "%n%-10s %8s %12s %8s %6s %11s %9s %9s %9s %8s %8s%n",
                "killed",
                "node",
                "documents",
                "missing",
                "older",
                "resurrected",
                "searches",
                "failed",
                "resumed",
                "writes",
                "green");
        for (OpenSearchOutcome outcome : outcomes) {
            out.printf(
                    Locale.ROOT,
                    "%-10s %8s %12d %8d %6d %11d %9d %9d %7.1f s %6.1f s %6.1f s%n",
                    outcome.victim().name().toLowerCase(Locale.ROOT),
                    outcome.node(),
                    outcome.loss().documents(),
                    outcome.loss().missing(),
                    outcome.loss().older(),
                    outcome.loss().resurrected(),
                    outcome.searches().answered(),
                    outcome.searches().failed(),
                    outcome.searches().resumedSeconds(),
                    outcome.writesResumedSeconds(),
                    outcome.greenSeconds());
        }
        out.println();
        for (OpenSearchOutcome outcome : outcomes) {
            out.printf(
                    Locale.ROOT,
                    "%s%s: %d documents acknowledged while it was down; %.1f s at most between two answered searches%n",
                    outcome.node(),
                    outcome.wasBoth() ? " (primary and cluster manager)" : "",
                    outcome.acknowledgedDuring(),
                    outcome.searches().longestSilenceSeconds());
        }
        out.printf(
                "%d vectors before, three nodes with a copy each, kill -9; resumed and writes are counted from the"
                        + " kill, green from the restart; seed %d%n",
                settings.vectors(), settings.seed());
    }

    @Override
    public Map<String, Object> figures() {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("seed", settings.seed());
        figures.put("vectors", settings.vectors());
        figures.put("dimensions", OpenSearchWrites.DIMENSIONS);
        for (OpenSearchOutcome outcome : outcomes) {
            figures.put(outcome.victim().name().toLowerCase(Locale.ROOT), outcome);
        }
        return figures;
    }
}
