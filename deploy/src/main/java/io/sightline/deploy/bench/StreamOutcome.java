package io.sightline.deploy.bench;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a stream showed in the end.
 *
 * @param points all versions in the order of their training
 * @param phaseSeconds length of a phase
 * @param images images sent
 * @param indexed images in the active index
 * @param wrongInIndex images that had a wrong label for a while and have it in the index still
 */
record StreamOutcome(List<StreamPoint> points, double phaseSeconds, int images, int indexed, int wrongInIndex) {

    private static final double MOST_FORGOTTEN = 3;

    /** Points of Recall@1 on the first half that the worst version served later is below the last one of phase 1. */
    double forgotten() {
        double before = served().stream()
                .filter(point -> point.seconds() <= phaseSeconds)
                .reduce((first, last) -> last)
                .map(point -> point.figures().first())
                .orElse(Double.NaN);
        double worst = served().stream()
                .filter(point -> point.seconds() > phaseSeconds)
                .mapToDouble(point -> point.figures().first())
                .min()
                .orElse(before);
        return 100 * (before - worst);
    }

    /** Versions that replaced another one. */
    int swaps() {
        return served().size() - 1;
    }

    /** Points of Recall@1 on the test classes that the last version served is above the first. */
    double testGain() {
        List<StreamPoint> served = served();
        if (served.isEmpty()) {
            return Double.NaN;
        }
        return 100
                * (served.getLast().figures().test()
                        - served.getFirst().figures().test());
    }

    /** Share of the wrong labels that win, by the version trained last before the given time. */
    double wrongWinsAt(double seconds) {
        return points.stream()
                .filter(point -> point.seconds() <= seconds)
                .max(Comparator.comparingDouble(StreamPoint::seconds))
                .map(point -> point.figures().wrongWins())
                .orElse(Double.NaN);
    }

    boolean holds() {
        return swaps() >= 2
                && testGain() > 0
                && forgotten() <= MOST_FORGOTTEN
                && wrongInIndex == 0
                && images == indexed;
    }

    /** The figures by name. */
    Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("swaps", (double) swaps());
        figures.put("test_recall_gain_points", testGain());
        figures.put("forgotten_points", forgotten());
        figures.put("wrong_wins_before", wrongWinsAt(2 * phaseSeconds));
        figures.put("wrong_wins_while_wrong", wrongWinsAt(2.5 * phaseSeconds));
        figures.put("wrong_wins_corrected", wrongWinsAt(Double.POSITIVE_INFINITY));
        figures.put("wrong_labels_in_index", (double) wrongInIndex);
        figures.put("missing_in_index", (double) images - indexed);
        figures.put(
                "rss_megabytes_highest",
                points.stream().mapToDouble(StreamPoint::rssMegabytes).max().orElse(Double.NaN));
        return figures;
    }

    private List<StreamPoint> served() {
        return points.stream().filter(StreamPoint::served).toList();
    }
}
