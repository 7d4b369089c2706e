package io.sightline.trainer.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds the classes of a holdout that are taken for each other. */
public final class Confusions {

    private static final Comparator<ConfusedClasses> WORST_FIRST = Comparator.<ConfusedClasses>comparingDouble(
                    pair -> (double) pair.wrong() / pair.queries())
            .thenComparingInt(ConfusedClasses::wrong)
            .reversed()
            .thenComparing(ConfusedClasses::label)
            .thenComparing(ConfusedClasses::takenFor);

    private Confusions() {}

    private record Classes(String label, String takenFor) {}

    /** A query, its nearest neighbour and their cosine. */
    private record Pair(int query, int neighbour, double cosine) {}

    /**
     * Every item whose class has another queries all others by cosine; pairs of classes are ordered by the share of
     * the first one's queries whose nearest neighbour is of the second. Of each, the wrong pair with the highest cosine
     * is shown. Equal cosines are decided for the lower index. O(n^2 d).
     *
     * @param embeddings [n, d], unit rows
     * @param labels class of each row
     * @param images image of each row
     * @param most pairs of classes to return
     * @throws IllegalArgumentException if there are not as many labels and images as embeddings
     */
    public static List<ConfusedClasses> of(
            float[][] embeddings, List<String> labels, List<HoldoutImage> images, int most) {
        if (labels.size() != embeddings.length || images.size() != embeddings.length) {
            throw new IllegalArgumentException(embeddings.length + " embeddings with " + labels.size() + " labels and "
                    + images.size() + " images: give one label and one image for each embedding");
        }
        Map<String, Long> sizes =
                labels.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        Map<Classes, List<Pair>> wrong = new HashMap<>();
        for (int query = 0; query < embeddings.length; query++) {
            String label = labels.get(query);
            if (sizes.getOrDefault(label, 0L) < 2) {
                continue;
            }
            Pair pair = nearest(embeddings, query);
            if (!labels.get(pair.neighbour()).equals(label)) {
                wrong.computeIfAbsent(new Classes(label, labels.get(pair.neighbour())), key -> new ArrayList<>())
                        .add(pair);
            }
        }
        return wrong.entrySet().stream()
                .map(entry -> confused(entry.getKey(), entry.getValue(), sizes, images))
                .sorted(WORST_FIRST)
                .limit(most)
                .toList();
    }

    private static ConfusedClasses confused(
            Classes classes, List<Pair> wrong, Map<String, Long> sizes, List<HoldoutImage> images) {
        Pair shown = wrong.getFirst();
        for (Pair pair : wrong) {
            if (pair.cosine() > shown.cosine()) {
                shown = pair;
            }
        }
        return new ConfusedClasses(
                classes.label(),
                classes.takenFor(),
                wrong.size(),
                Math.toIntExact(sizes.getOrDefault(classes.label(), 0L)),
                images.get(shown.query()),
                images.get(shown.neighbour()));
    }

    private static Pair nearest(float[][] embeddings, int query) {
        int neighbour = query == 0 ? 1 : 0;
        double highest = cosine(embeddings[query], embeddings[neighbour]);
        for (int i = neighbour + 1; i < embeddings.length; i++) {
            double cosine = i == query ? Double.NEGATIVE_INFINITY : cosine(embeddings[query], embeddings[i]);
            if (cosine > highest) {
                neighbour = i;
                highest = cosine;
            }
        }
        return new Pair(query, neighbour, highest);
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        for (int k = 0; k < a.length; k++) {
            dot += (double) a[k] * b[k];
        }
        return dot;
    }
}
