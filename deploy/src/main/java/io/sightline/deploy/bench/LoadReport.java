package io.sightline.deploy.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a load showed. Immutable.
 *
 * @param idle with hardly any load: the baseline
 * @param trials of rates, the last of which held; one that held for a short time only is followed by its whole time
 * @param steady for the whole time, which held, or in which requests failed
 * @param over above the limit
 * @param recovery after it, at the rates of before
 */
record LoadReport(
        LoadSettings settings,
        LoadPhase.Outcome idle,
        List<LoadPhase.Outcome> trials,
        LoadPhase.Outcome steady,
        LoadPhase.Outcome over,
        LoadPhase.Outcome recovery) {

    /** Whether nothing failed at any time, and all was as before after the overload. */
    boolean isGood() {
        return steady.holds() && over.failed() == 0 && recovery.isAsIn(steady);
    }

    /** In their order. */
    private List<LoadPhase.Outcome> outcomes() {
        return Stream.of(List.of(idle), trials, List.of(steady, over, recovery))
                .flatMap(List::stream)
                .toList();
    }

    void print(PrintStream out) {
        out.printf(
                "%n%-10s %-7s %8s %8s %8s %7s %7s %8s %8s %8s %8s%n",
                "phase", "kind", "asked/s", "ok/s", "ok", "429", "failed", "p50 ms", "p95 ms", "p99 ms", "max ms");
        outcomes().forEach(outcome -> print(outcome, out));
        out.println();
        for (LoadPhase.Outcome outcome : outcomes()) {
            out.printf(
                    Locale.ROOT,
                    "%-10s searchable after %.0f ms (p50), %.0f ms (p99), %d looked for; CPU: generator %.0f %%, stack %.0f %%%n",
                    outcome.phase().name(),
                    outcome.freshness().p50(),
                    outcome.freshness().p99(),
                    outcome.freshness().images(),
                    100 * outcome.generatorCpu(),
                    100 * outcome.stackCpu());
        }
        out.println("\n" + conclusion());
    }

    void write(Path file, PrintStream out) throws IOException {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("searches_per_second", settings.searches());
        figures.put("images_per_second", settings.images());
        figures.put("search_by", settings.searchBy());
        figures.put("gallery", settings.gallery());
        figures.put("processors", Runtime.getRuntime().availableProcessors());
        figures.put("held_searches_per_second", steady.phase().searches());
        figures.put("held_images_per_second", steady.phase().images());
        figures.put("phases", figures(List.of(idle, steady, over, recovery)));
        figures.put("trials", figures(trials));
        figures.put("steady_holds", steady.holds());
        figures.put("recovered", recovery.isAsIn(steady));
        BenchFile.write(file, figures, out);
    }

    private String conclusion() {
        String held = String.format(
                Locale.ROOT,
                "%.0f searches/s and %.0f images/s for %d s: %s",
                steady.phase().searches(),
                steady.phase().images(),
                steady.phase().time().toSeconds(),
                steady.holds() ? "held, no error" : "not held");
        String asked = trials.size() > 1
                ? String.format(
                        Locale.ROOT,
                        "; this is the highest that held here, %.0f and %.0f did not",
                        settings.searches(),
                        settings.images())
                : "";
        return held
                + asked
                + String.format(
                        Locale.ROOT,
                        "%n%.1f times that: %d shed with 429, %d failed%nafter that: %s",
                        settings.above(),
                        over.shed(),
                        over.failed(),
                        recovery.isAsIn(steady) ? "as before" : "not as before");
    }

    private static void print(LoadPhase.Outcome outcome, PrintStream out) {
        for (LoadRow row : outcome.rows()) {
            double asked = row.kind().equals("image")
                    ? outcome.phase().images()
                    : outcome.phase().searches();
            out.printf(
                    Locale.ROOT,
                    "%-10s %-7s %8.0f %8.1f %8d %7d %7d %8.1f %8.1f %8.1f %8.0f%s%n",
                    outcome.phase().name(),
                    row.kind(),
                    asked,
                    row.rate(),
                    row.ok(),
                    row.shed(),
                    row.failed(),
                    row.p50(),
                    row.p95(),
                    row.p99(),
                    row.max(),
                    row.firstFailure().isEmpty() ? "" : "  " + row.firstFailure());
        }
    }

    private static List<Map<String, Object>> figures(List<LoadPhase.Outcome> outcomes) {
        return outcomes.stream()
                .map(outcome -> {
                    Map<String, Object> figures = new LinkedHashMap<>();
                    figures.put("phase", outcome.phase().name());
                    figures.put("asked_searches_per_second", outcome.phase().searches());
                    figures.put("asked_images_per_second", outcome.phase().images());
                    figures.put("seconds", outcome.phase().time().toMillis() / 1000.0);
                    figures.put("requests", outcome.rows());
                    figures.put("freshness_millis", outcome.freshness());
                    figures.put("generator_cpu_share", outcome.generatorCpu());
                    figures.put("stack_cpu_share", outcome.stackCpu());
                    return figures;
                })
                .toList();
    }
}
