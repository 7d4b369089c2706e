package io.sightline.deploy.faults;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What was done to the embedders and what they made of it. Immutable.
 *
 * @param inflicted the faults
 * @param seconds from the first image until every version had committed all of them
 * @param outcomes by version
 * @param examples some image ids of each kind of fault
 */
record FaultReport(
        FaultSettings settings,
        Inflicted inflicted,
        double seconds,
        List<VersionOutcome> outcomes,
        List<String> examples)
        implements FaultFolder.Report {

    /** Whether every version has each image once, and right. */
    @Override
    public boolean isClean() {
        return outcomes.stream().allMatch(VersionOutcome::isClean);
    }

    @Override
    public void print(PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%n%-8s %10s %10s %10s %14s%n",
                "version",
                "images",
                "missing",
                "duplicate",
                "wrong vector");
        for (VersionOutcome outcome : outcomes) {
            out.printf(
                    Locale.ROOT,
                    "%-8s %10d %10d %10d %14d%n",
                    outcome.version(),
                    outcome.images(),
                    outcome.missing(),
                    outcome.duplicates(),
                    outcome.wrong());
        }
        examples.forEach(example -> out.println("  " + example));
        out.printf(
                Locale.ROOT,
                "%n%d kills of an embedder (%d while it served), %d of a broker; %d embedders ended by themselves%n",
                inflicted.embedderKills(),
                inflicted.killsWhileServing(),
                inflicted.brokerKills(),
                inflicted.endedAlone());
        out.println(inflicted.visit());
        out.printf(
                Locale.ROOT,
                "%.0f s, %.0f images/s (each version counts), seed %d%n",
                seconds,
                rate(),
                settings.seed());
    }

    @Override
    public Map<String, Object> figures() {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("seed", settings.seed());
        figures.put("faultSeconds", settings.length().toSeconds());
        figures.put("killEverySeconds", settings.killEvery().toMillis() / 1000.0);
        figures.put("transactionVersion", settings.transactionVersion());
        figures.put("inflicted", inflicted);
        figures.put("seconds", seconds);
        figures.put("imagesPerSecond", rate());
        figures.put("versions", outcomes);
        figures.put("examples", examples);
        return figures;
    }

    private double rate() {
        return (double) settings.images() * outcomes.size() / seconds;
    }
}
