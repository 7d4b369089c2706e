package io.sightline.deploy.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Searches and images at steady rates, which do not wait for answers: first hardly any, then as many as were asked for or as
 * this machine holds, then far more, then as many as before.
 *
 * @param settings rates and times
 */
public record LoadBench(LoadSettings settings) {

    private static final double IDLE_SEARCHES = 10;
    private static final double IDLE_IMAGES = 2;
    private static final double STEP = 0.8;
    private static final double LEAST = 0.05;

    /**
     * Measures, prints the table and writes it to load.json.
     *
     * @param stack what the load is put on
     * @return whether nothing failed, and all was as before after the overload
     */
    boolean run(LoadStack stack, Path folder, PrintStream out) throws IOException, InterruptedException {
        LoadRequests requests = new LoadRequests(
                settings.gallery(),
                Long.toString(System.currentTimeMillis(), Character.MAX_RADIX),
                stack.search(),
                settings.key());
        try (LoadGenerator generator =
                new LoadGenerator(stack, requests, LoadRequests.SearchBy.valueOf(settings.searchBy()))) {
            generator.loadGallery(settings.gallery());
            LoadPhase asked = new LoadPhase("steady", settings.searches(), settings.images(), settings.time());
            Duration brief = settings.shortTime();
            // What is compiled late is no matter of the load: half of it first, or all would wait for the compiler.
            generator.run(asked.times("warm-up", STEP / 2, brief));
            generator.run(asked.as("warm-up", brief));
            LoadPhase.Outcome idle = generator.run(new LoadPhase("idle", IDLE_SEARCHES, IDLE_IMAGES, brief));
            List<LoadPhase.Outcome> trials = new ArrayList<>();
            LoadPhase.Outcome steady = highest(generator, asked, trials, out);
            LoadPhase held = steady.phase();
            LoadPhase.Outcome over = generator.run(held.times("above", settings.above(), brief));
            generator.run(held.as("settling", brief));
            LoadPhase.Outcome recovery = generator.run(held.as("recovery", brief));
            LoadReport report = new LoadReport(settings, idle, trials, steady, over, recovery);
            report.print(out);
            report.write(folder.resolve("load.json"), out);
            return report.isGood();
        }
    }

    /**
     * The same on a stack of its own, which is {@code sightline up} in another process.
     *
     * @param command main class of the sightline command
     * @param requestsAtOnce that a server works on; more are shed
     */
    public boolean run(Class<?> command, int requestsAtOnce, Path folder, PrintStream out)
            throws IOException, InterruptedException {
        try (BenchFolder work = BenchFolder.create("load");
                LoadStack stack = LoadStack.start(command, work.path(), requestsAtOnce)) {
            return run(stack, folder, out);
        }
    }

    /** The same on services that run already. */
    public boolean run(URI ingest, URI search, Path folder, PrintStream out) throws IOException, InterruptedException {
        try (LoadStack stack = LoadStack.at(ingest, search)) {
            return run(stack, folder, out);
        }
    }

    /**
     * Tries the rates, and lower ones until some hold for the whole time; those that did not are trials. A request that failed
     * is no matter of the rates, and ends the search.
     */
    private LoadPhase.Outcome highest(
            LoadGenerator generator, LoadPhase asked, List<LoadPhase.Outcome> trials, PrintStream out)
            throws InterruptedException {
        for (double share = 1; share >= LEAST; share *= STEP) {
            LoadPhase.Outcome trial = generator.run(asked.times("trial", share, settings.shortTime()));
            trials.add(trial);
            if (trial.holds()) {
                LoadPhase.Outcome steady = generator.run(asked.times(asked.name(), share, settings.time()));
                if (steady.holds() || steady.failed() > 0) {
                    return steady;
                }
                trials.add(steady);
            }
            out.printf(
                    "%.0f searches/s and %.0f images/s are too much for this machine%n",
                    trial.phase().searches(), trial.phase().images());
            // What waits is worked off before the next one.
            generator.run(asked.times("settling", LEAST, settings.shortTime()));
        }
        throw new IllegalStateException("not even a twentieth of the rates held: is the stack at work?");
    }
}
