package io.sightline.deploy.demo;

import io.sightline.trainer.rounds.TrainerStatus;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The status of a demonstration: redrawn in place on a terminal, a line now and then where there is none. Not
 * thread-safe.
 */
final class DemoScreen {

    private static final int PLAIN_EVERY = 20;
    private static final int BAR = 24;

    private final PrintStream out;
    private final boolean live;
    private int drawn;
    private int calls;

    DemoScreen(PrintStream out, boolean live) {
        this.out = out;
        this.live = live;
    }

    /** All that the screen shows. */
    record View(
            String title,
            int acknowledged,
            int total,
            double imagesPerSecond,
            Map<String, Long> lags,
            Map<String, Long> counts,
            String active,
            TrainerStatus trainer,
            int roundSteps,
            List<VersionRow> versions,
            String searchUrl) {}

    /** Something worth a line of its own. */
    void event(String line) {
        erase();
        out.println(line);
    }

    /** Shows the present state. */
    void show(View view) {
        calls++;
        if (live) {
            List<String> lines = lines(view);
            erase();
            lines.forEach(out::println);
            drawn = lines.size();
        } else if (calls % PLAIN_EVERY == 1) {
            out.println(summary(view));
        }
        out.flush();
    }

    /** Leaves what is shown on the screen. */
    void finish() {
        drawn = 0;
    }

    /** One row per version. */
    static List<String> table(List<VersionRow> versions) {
        List<String> lines = new ArrayList<>();
        lines.add("  version  status     Recall@1   MAP@R  images   steps  publish to active");
        for (VersionRow row : versions) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-8s %-9s %9s %7s %7s %7d  %17s",
                    row.version(),
                    row.status(),
                    percent(row.recallAt1()),
                    percent(row.mapAtR()),
                    row.indexed() == null ? "-" : row.indexed(),
                    row.steps(),
                    row.publishToActiveSeconds() == null
                            ? "-"
                            : String.format(Locale.ROOT, "%.1f s", row.publishToActiveSeconds())));
        }
        return lines;
    }

    private static String percent(@Nullable Double share) {
        return share == null ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private void erase() {
        if (live && drawn > 0) {
            // Up to the first of our lines, then clear to the end of the screen.
            out.print("\u001b[" + drawn + "A\u001b[J");
            drawn = 0;
        }
    }

    private static List<String> lines(View view) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("sightline demo: " + view.title + "   search at " + view.searchUrl);
        lines.add(String.format(
                Locale.ROOT,
                "  ingest   %s %d of %d images acknowledged, %.0f embedded/s",
                bar(view.acknowledged, view.total),
                view.acknowledged,
                view.total,
                view.imagesPerSecond));
        view.lags.forEach((version, lag) -> lines.add(String.format(
                Locale.ROOT,
                "  lane     %-4s lag %-6d %d images searchable%s",
                version,
                lag,
                view.counts.getOrDefault(version, 0L),
                version.equals(view.active) ? "   <- answers searches" : "")));
        lines.add("  trainer  " + trainer(view));
        lines.add("");
        lines.addAll(table(view.versions));
        return lines;
    }

    private static String trainer(View view) {
        TrainerStatus trainer = view.trainer;
        long position = trainer.steps() % view.roundSteps;
        String training = trainer.phase().equals("training")
                ? String.format(
                        Locale.ROOT,
                        " %s step %d, loss %.2f, %.0f ms a step",
                        bar((int) position, view.roundSteps),
                        trainer.steps(),
                        trainer.loss(),
                        trainer.stepMillis())
                : ", step " + trainer.steps();
        return trainer.phase() + training + ", " + trainer.classes() + " classes";
    }

    private static String summary(View view) {
        return String.format(
                Locale.ROOT,
                "%d of %d acknowledged | %.0f embedded/s | lag %s | active %s | %s, step %d",
                view.acknowledged,
                view.total,
                view.imagesPerSecond,
                view.lags,
                view.active.isEmpty() ? "-" : view.active,
                view.trainer.phase(),
                view.trainer.steps());
    }

    private static String bar(int done, int total) {
        int filled = total == 0 ? 0 : (int) ((long) BAR * done / total);
        return "[" + "#".repeat(filled) + ".".repeat(BAR - filled) + "]";
    }
}
