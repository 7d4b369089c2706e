package io.sightline.deploy.bench;

import io.sightline.ingest.loader.DatasetImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * What a stream brings: two halves of the training classes, some images of each class kept back to measure on, and wrong
 * labels for some of those that are sent. Immutable.
 *
 * @param first images of the first half of the classes, in the order in which they are sent
 * @param second those of the other half
 * @param keptBack ids that are never sent
 * @param wrong wrong label by id
 */
record StreamImages(
        List<DatasetImage> first, List<DatasetImage> second, List<String> keptBack, Map<String, String> wrong) {

    private static final int KEPT_BACK = 6;

    /** Draws the halves, the images that are kept back, and the wrong labels. */
    static StreamImages of(List<DatasetImage> training, double wrongShare, long seed) {
        Random random = new Random(seed);
        Map<String, List<DatasetImage>> byClass = new TreeMap<>();
        training.forEach(image ->
                byClass.computeIfAbsent(label(image), name -> new ArrayList<>()).add(image));
        List<String> classes = new ArrayList<>(byClass.keySet());
        Collections.shuffle(classes, random);
        List<String> keptBack = new ArrayList<>();
        List<DatasetImage> first = new ArrayList<>();
        List<DatasetImage> second = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            List<DatasetImage> images = new ArrayList<>(byClass.getOrDefault(classes.get(c), List.of()));
            Collections.shuffle(images, random);
            int kept = Math.min(KEPT_BACK, images.size() / 2);
            images.subList(0, kept).forEach(image -> keptBack.add(image.id()));
            (c < classes.size() / 2 ? first : second).addAll(images.subList(kept, images.size()));
        }
        Collections.shuffle(first, random);
        Collections.shuffle(second, random);
        return new StreamImages(first, second, keptBack, wrong(first, second, classes, wrongShare, random));
    }

    /** All that are sent. */
    List<DatasetImage> all() {
        List<DatasetImage> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    /** Those that get a wrong label, with it. */
    List<DatasetImage> mislabelled() {
        return all().stream()
                .filter(image -> wrong.containsKey(image.id()))
                .map(image -> new DatasetImage(
                        image.id(), wrong.get(image.id()), image.split(), image.tags(), image.content()))
                .toList();
    }

    /** The same images with their true labels. */
    List<DatasetImage> corrected() {
        return all().stream().filter(image -> wrong.containsKey(image.id())).toList();
    }

    static String label(DatasetImage image) {
        return String.valueOf(image.label());
    }

    private static Map<String, String> wrong(
            List<DatasetImage> first, List<DatasetImage> second, List<String> classes, double share, Random random) {
        List<DatasetImage> all = new ArrayList<>(first);
        all.addAll(second);
        Collections.shuffle(all, random);
        Map<String, String> wrong = new LinkedHashMap<>();
        for (DatasetImage image : all.subList(0, (int) Math.round(share * all.size()))) {
            int own = classes.indexOf(label(image));
            int other = (own + 1 + random.nextInt(classes.size() - 1)) % classes.size();
            wrong.put(image.id(), classes.get(other));
        }
        return wrong;
    }
}
