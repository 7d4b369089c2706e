package io.sightline.deploy.faults;

import io.sightline.deploy.check.CheckReport;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a rolling upgrade did. Immutable.
 *
 * @param rolled the processes, in their order
 * @param brokerSeconds from the stop of a broker until all brokers had everything again, for each
 * @param requests by kind
 * @param seen by the clients that searched
 * @param images that were acknowledged
 * @param refused requests that were not acknowledged, some of them
 * @param differences between what was acknowledged and the topics, some of them
 * @param compared the indexes
 */
record UpgradeReport(
        UpgradeSettings settings,
        List<UpgradeFleet.Rolled> rolled,
        List<Double> brokerSeconds,
        Map<String, RequestLog.Summary> requests,
        SearchingClients.Seen seen,
        int images,
        List<String> refused,
        List<String> differences,
        List<UpgradeCheck.Compared> compared)
        implements FaultFolder.Report {

    @Override
    public boolean isClean() {
        return rolled.stream().allMatch(UpgradeFleet.Rolled::isGraceful)
                && requests.values().stream().allMatch(summary -> summary.failed() == 0)
                && seen.isClean()
                && refused.isEmpty()
                && differences.isEmpty()
                && compared.stream().allMatch(one -> one.report().isClean());
    }

    @Override
    public void print(PrintStream out) {
        out.printf("%n%-12s %10s %10s %6s%n", "process", "stop s", "ready s", "exit");
        for (UpgradeFleet.Rolled one : rolled) {
            out.printf(
                    Locale.ROOT,
                    "%-12s %10.1f %10.1f %6d%n",
                    one.member(),
                    one.stopSeconds(),
                    one.startSeconds(),
                    one.exitCode());
        }
        for (int i = 0; i < brokerSeconds.size(); i++) {
            out.printf(Locale.ROOT, "broker-%-5d %21.1f%n", i + 1, brokerSeconds.get(i));
        }
        out.printf(
                "%n%-10s %9s %8s %8s %6s %6s %7s %10s %11s%n",
                "requests", "answered", "refused", "unready", "cut", "slow", "failed", "gap ms", "slowest ms");
        requests.forEach((kind, summary) -> out.printf(
                Locale.ROOT,
                "%-10s %9d %8d %8d %6d %6d %7d %10.0f %11.0f%n",
                kind,
                summary.answered(),
                summary.refused(),
                summary.unready(),
                summary.cut(),
                summary.slow(),
                summary.failed(),
                summary.longestGapMillis(),
                summary.slowestMillis()));
        out.printf(
                "%n%-12s %-8s %8s %8s %10s %8s %8s %8s%n",
                "index", "version", "images", "missing", "duplicate", "stale", "wrong", "checked");
        for (UpgradeCheck.Compared one : compared) {
            CheckReport report = one.report();
            out.printf(
                    "%-12s %-8s %8d %8d %10d %8d %8d %8d%n",
                    one.indexer(),
                    report.version(),
                    report.images(),
                    report.missing(),
                    report.duplicates(),
                    report.stale(),
                    report.wrongVectors(),
                    report.sampled());
            report.examples().forEach(example -> out.println("  " + example));
        }
        out.printf(
                "%n%d images acknowledged, %d differ; %d requests refused%n",
                images, differences.size(), refused.size());
        out.printf(
                "%d searches answered %s: %d errors, %d mixed, %d images lost, %d of %d scores wrong%n",
                seen.total(),
                seen.answers(),
                seen.errors(),
                seen.mixed(),
                seen.missing(),
                seen.wrong(),
                seen.computed());
        refused.forEach(example -> out.println("  refused: " + example));
        differences.forEach(example -> out.println("  " + example));
        seen.examples().forEach(example -> out.println("  " + example));
    }

    @Override
    public Map<String, Object> figures() {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("seed", settings.seed());
        figures.put("imagesPerSecond", settings.imagesPerSecond());
        figures.put("clients", settings.clients());
        figures.put("trainer", settings.trainer());
        figures.put("processes", rolled);
        figures.put("brokerSeconds", brokerSeconds);
        figures.put("requests", requests);
        figures.put("seen", seen);
        figures.put("images", images);
        figures.put("refused", refused);
        figures.put("differences", differences);
        figures.put("indexes", compared);
        return figures;
    }
}
