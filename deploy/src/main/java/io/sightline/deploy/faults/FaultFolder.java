package io.sightline.deploy.faults;

import io.sightline.deploy.bench.BenchFile;
import io.sightline.deploy.bench.BenchFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The temporary folder that a fault run works in. */
final class FaultFolder {

    private FaultFolder() {}

    /** What was inflicted, and what came of it. */
    interface Report {

        /** Whether nothing was wrong. */
        boolean isClean();

        /** Prints it as a table. */
        void print(PrintStream out);

        /** The same for programs. */
        Map<String, Object> figures();
    }

    /** A fault run. */
    @FunctionalInterface
    interface Run {
        Report in(Path work) throws IOException, InterruptedException;
    }

    /**
     * Does a run, prints what came of it and writes its figures. Logs, topics, models and indexes are kept if something was
     * wrong, and it is said where.
     *
     * @param figures file to write
     * @return whether nothing was wrong
     */
    static boolean run(Path figures, PrintStream out, Run run) throws IOException, InterruptedException {
        Path work = Files.createTempDirectory("sightline-faults-");
        boolean clean = false;
        try {
            Report report = run.in(work);
            report.print(out);
            BenchFile.write(figures, report.figures(), out);
            clean = report.isClean();
            return clean;
        } finally {
            if (clean) {
                BenchFolder.delete(work);
            } else {
                out.println("logs, topics, models and indexes are kept in " + work);
            }
        }
    }
}
