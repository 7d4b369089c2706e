package io.sightline.trainer.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How well the cosine of a nearest neighbour tells whether it is right. Users put a threshold on that score; when these
 * figures move, the threshold is due for a look.
 *
 * @param rightCosine mean cosine of nearest neighbours of the query's class; NaN if there are none
 * @param wrongCosine mean cosine of nearest neighbours of another class; NaN if there are none
 * @param auc chance that a right one has the higher cosine than a wrong one, ties counted half; NaN without both
 */
public record ScoreCalibration(double rightCosine, double wrongCosine, double auc) {

    private record Scored(double cosine, boolean right) {}

    /**
     * Every item queries all others. O(n^2 d).
     *
     * @param embeddings [n, d], unit rows
     * @param labels class of each row
     */
    public static ScoreCalibration of(float[][] embeddings, List<String> labels) {
        List<Scored> scores = new ArrayList<>();
        for (int query = 0; query < embeddings.length; query++) {
            int nearest = -1;
            double best = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < embeddings.length; i++) {
                double cosine = i == query ? Double.NEGATIVE_INFINITY : dot(embeddings[query], embeddings[i]);
                if (cosine > best) {
                    best = cosine;
                    nearest = i;
                }
            }
            if (nearest >= 0) {
                scores.add(new Scored(best, labels.get(nearest).equals(labels.get(query))));
            }
        }
        return new ScoreCalibration(mean(scores, true), mean(scores, false), auc(scores));
    }

    private static double mean(List<Scored> scores, boolean right) {
        return scores.stream()
                .filter(score -> score.right == right)
                .mapToDouble(Scored::cosine)
                .average()
                .orElse(Double.NaN);
    }

    /** Mann and Whitney's U by ranks, with mean ranks for ties. */
    private static double auc(List<Scored> scores) {
        List<Scored> sorted = scores.stream()
                .sorted(Comparator.comparingDouble(Scored::cosine))
                .toList();
        long right = sorted.stream().filter(Scored::right).count();
        long wrong = sorted.size() - right;
        if (right == 0 || wrong == 0) {
            return Double.NaN;
        }
        double ranks = 0;
        for (int from = 0; from < sorted.size(); ) {
            int to = from;
            while (to < sorted.size() && sorted.get(to).cosine == sorted.get(from).cosine) {
                to++;
            }
            double rank = (from + 1 + to) / 2.0;
            for (int i = from; i < to; i++) {
                ranks += sorted.get(i).right ? rank : 0;
            }
            from = to;
        }
        return (ranks - right * (right + 1) / 2.0) / ((double) right * wrong);
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += (double) a[k] * b[k];
        }
        return sum;
    }
}
