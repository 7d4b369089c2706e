package io.sightline.trainer.evaluation;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Where a query's own class lies in its ranking: by descending cosine, equal cosines by ascending index. Of the gallery
 * only the first R are put in order.
 *
 * @param hit rank, from 1, of the first item of the class
 * @param averagePrecision AP@R
 */
record Ranked(int hit, double averagePrecision) {

    /**
     * Ranks a gallery.
     *
     * @param cosines of the query to each item
     * @param classes of the items
     * @param own class of the query
     * @param relevant R, items of that class without the query, at least 1
     * @param itself index of the query in the gallery, -1 if it is not in it
     */
    static Ranked of(double[] cosines, int[] classes, int own, int relevant, int itself) {
        int best = -1;
        for (int i = 0; i < cosines.length; i++) {
            if (i != itself && classes[i] == own && (best < 0 || cosines[i] > cosines[best])) {
                best = i;
            }
        }
        int hit = 1;
        Comparator<Integer> lastFirst =
                Comparator.<Integer>comparingDouble(i -> cosines[i]).thenComparing(Comparator.reverseOrder());
        PriorityQueue<Integer> first = new PriorityQueue<>(relevant + 1, lastFirst);
        for (int i = 0; i < cosines.length; i++) {
            if (i == itself) {
                continue;
            }
            if (cosines[i] > cosines[best] || (cosines[i] == cosines[best] && i < best)) {
                hit++;
            }
            if (first.size() < relevant) {
                first.add(i);
            } else if (cosines[i] > cosines[first.element()]) {
                first.remove();
                first.add(i);
            }
        }
        return new Ranked(hit, averagePrecision(first, classes, own, relevant));
    }

    /** Takes the last of the first R until none is left. */
    private static double averagePrecision(PriorityQueue<Integer> lastFirst, int[] classes, int own, int relevant) {
        boolean[] isOwn = new boolean[relevant];
        for (int p = relevant - 1; p >= 0; p--) {
            isOwn[p] = classes[lastFirst.remove()] == own;
        }
        int found = 0;
        double sum = 0;
        for (int p = 0; p < relevant; p++) {
            if (isOwn[p]) {
                found++;
                sum += (double) found / (p + 1);
            }
        }
        return sum / relevant;
    }
}
