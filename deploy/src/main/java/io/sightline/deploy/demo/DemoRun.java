package io.sightline.deploy.demo;

import com.fasterxml.jackson.databind.SerializationFeature;
import io.sightline.deploy.stack.Stack;
import io.sightline.deploy.stack.StackSettings;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.http.ApiServer;
import io.sightline.trainer.training.MemoryPlan;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A demonstration from start to end: gallery, stack, figures. Close it once. */
public final class DemoRun implements AutoCloseable {

    private final Gallery gallery;

    private DemoRun(Gallery gallery) {
        this.gallery = gallery;
    }

    /**
     * Opens the images.
     *
     * @param data a data set, or null for the built-in gallery
     * @throws IOException if the data set cannot be used
     */
    public static DemoRun open(@Nullable Path data) throws IOException {
        return new DemoRun(Gallery.open(data));
    }

    /** What the images look like to be: drawings or photographs. */
    public Preprocessing preprocessing() {
        return gallery.preprocessing();
    }

    /**
     * Starts a stack, runs the demonstration and stops the stack.
     *
     * @param swaps swaps to end after, 0 for never
     * @param report where to write the figures, or null
     * @param out where people look
     * @param live whether that is a terminal that can be redrawn
     * @param stopping whether the process was told to stop
     * @return false if there were fewer swaps than wanted, not every image was found in the index, once, with its right vector, or an answer
     *     mixed versions
     */
    public boolean run(
            StackSettings settings,
            int swaps,
            @Nullable Path report,
            Instant start,
            PrintStream out,
            boolean live,
            BooleanSupplier stopping)
            throws IOException, InterruptedException {
        out.printf(
                "sightline demo: %d images, %d classes to train on, %d to measure on (%s)%n",
                gallery.images().size(),
                gallery.labels(gallery.training()).size(),
                gallery.labels(gallery.test()).size(),
                gallery.name());
        out.println("network: " + settings.net().describe());
        if (settings.net().hasBackbone()) {
            out.println("memory: "
                    + MemoryPlan.of(settings.net(), settings.training()).onThisMachine());
        }
        try (Stack stack = Stack.start(settings, what -> out.println("starting " + what))) {
            DemoScreen screen = new DemoScreen(out, live);
            Optional<DemoReport> figures = new Demo(stack, settings, gallery, screen).run(swaps, start, stopping);
            if (figures.isEmpty()) {
                return true;
            }
            print(figures.get(), out);
            if (report != null) {
                write(figures.get(), report);
            }
            boolean reached = stopping.getAsBoolean() || figures.get().swaps() >= swaps;
            return reached && figures.get().isClean();
        }
    }

    @Override
    public void close() throws IOException {
        gallery.close();
    }

    private static void print(DemoReport figures, PrintStream out) {
        out.println();
        DemoScreen.table(figures.versions()).forEach(out::println);
        out.println();
        out.printf(
                Locale.ROOT,
                "%d images, %d indexed by %s, %d missing, %d duplicates, %d stale, %d wrong vectors, %d mixed answers;"
                        + " %.0f s in all%n",
                figures.images(),
                figures.indexed(),
                figures.activeVersion(),
                figures.missing(),
                figures.duplicates(),
                figures.stale(),
                figures.wrongVectors(),
                figures.mixedAnswers(),
                figures.seconds());
    }

    private static void write(DemoReport figures, Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.write(
                file,
                ApiServer.JSON.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(figures));
    }
}
