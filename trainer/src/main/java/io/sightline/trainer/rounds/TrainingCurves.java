package io.sightline.trainer.rounds;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sightline.trainer.report.CurvePoint;
import io.sightline.trainer.training.StepReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The training curves, a point every {@value #STEPS} steps, in a file of one JSON object a line. Points after the step
 * that a trainer goes on from are dropped: those steps are made again. One thread adds; any may read.
 */
final class TrainingCurves {

    static final int STEPS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(TrainingCurves.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final double MILLIS = 1000;

    private final Path file;
    /** Read by others while steps are made. */
    private final List<CurvePoint> points;

    private final List<StepReport> since = new ArrayList<>();
    private final StringBuilder unwritten = new StringBuilder();

    private TrainingCurves(Path file, List<CurvePoint> points) {
        this.file = file;
        this.points = Collections.synchronizedList(points);
    }

    static TrainingCurves open(Path file, long steps) {
        List<CurvePoint> points = new ArrayList<>();
        try {
            List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
            for (int i = 0; i < lines.size(); i++) {
                try {
                    CurvePoint point = JSON.readValue(lines.get(i), CurvePoint.class);
                    if (point.step() <= steps) {
                        points.add(point);
                    }
                } catch (JsonProcessingException e) {
                    LOG.warn("{} line {} of {} is left out: {}", file, i + 1, lines.size(), e.getOriginalMessage());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the training curves " + file + ": " + e.getMessage(), e);
        }
        TrainingCurves curves = new TrainingCurves(file, points);
        curves.rewrite();
        return curves;
    }

    List<CurvePoint> points() {
        synchronized (points) {
            return List.copyOf(points);
        }
    }

    @Nullable
    CurvePoint latest() {
        return points.isEmpty() ? null : points.getLast();
    }

    void add(long step, StepReport report, double learningRateFactor) {
        since.add(report);
        if (step % STEPS == 0) {
            CurvePoint point = new CurvePoint(
                    step,
                    mean(StepReport::batchLoss),
                    mean(StepReport::syntheticLoss),
                    mean(StepReport::syntheticShare),
                    mean(StepReport::ownCosine),
                    mean(StepReport::gradientNorm),
                    learningRateFactor,
                    mean(StepReport::millis),
                    mean(StepReport::sampleMillis),
                    MILLIS * mean(StepReport::images) / Math.max(1e-3, mean(StepReport::millis)));
            points.add(point);
            unwritten.append(line(point));
            since.clear();
        }
    }

    /** Appends what is new to the file. */
    void flush() {
        write(file, unwritten.toString(), StandardOpenOption.APPEND);
        unwritten.setLength(0);
    }

    private void rewrite() {
        StringBuilder all = new StringBuilder();
        points.forEach(point -> all.append(line(point)));
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        write(temporary, all.toString(), StandardOpenOption.TRUNCATE_EXISTING);
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the training curves " + file + ": " + e.getMessage(), e);
        }
    }

    private static void write(Path file, String text, StandardOpenOption how) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the training curves " + file + ": " + e.getMessage(), e);
        }
    }

    private static String line(CurvePoint point) {
        try {
            return JSON.writeValueAsString(point) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a point of the curves is not JSON: " + point, e);
        }
    }

    private double mean(ToDoubleFunction<StepReport> figure) {
        return since.stream().mapToDouble(figure).average().orElse(Double.NaN);
    }
}
