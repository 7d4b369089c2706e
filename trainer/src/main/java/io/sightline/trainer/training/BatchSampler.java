package io.sightline.trainer.training;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.replay.ReplaySnapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Class-balanced batches: P classes, K images of each, without repetition as far as there are enough; some of the K
 * from the class's latest images, as the settings say. A batch follows from the content of the replay store and the
 * given randomness alone. Immutable.
 */
final class BatchSampler {

    /** The latest images of a class are this share of them, but at least as many as a batch takes. */
    private static final double LATEST = 0.25;

    private static final Comparator<ReplayItem> LATEST_FIRST =
            Comparator.comparingLong(ReplayItem::eventMillis).reversed().thenComparing(ReplayItem::id);

    private final Preprocessing shape;
    private final TrainingSettings settings;

    BatchSampler(Preprocessing shape, TrainingSettings settings) {
        this.shape = shape;
        this.settings = settings;
    }

    /** The classes of the proxy table for the given labels. */
    List<String> classes(List<String> labels) {
        return settings.quarterTurns() ? QuarterTurns.of(labels) : labels;
    }

    /** All images of a class of the proxy table. */
    List<ReplayItem> images(ReplaySnapshot snapshot, String name) {
        return snapshot.training().getOrDefault(settings.quarterTurns() ? QuarterTurns.label(name) : name, List.of());
    }

    /** An image's pixels as they are seen in a class of the proxy table. */
    byte[] pixels(ReplayItem item, String name) {
        return settings.quarterTurns()
                ? QuarterTurns.turn(shape, item.pixels(), QuarterTurns.turns(name))
                : item.pixels();
    }

    Batch sample(ReplaySnapshot snapshot, List<String> classes, ClassTable table, SplittableRandom random) {
        int n = settings.classesPerBatch() * settings.imagesPerClass();
        List<String> chosen = choose(classes, settings.classesPerBatch(), random);
        List<ReplayItem> items = new ArrayList<>(n);
        List<String> names = new ArrayList<>(n);
        for (int i = 0; items.size() < n; i++) {
            String name = chosen.get(i % chosen.size());
            List<ReplayItem> some =
                    some(images(snapshot, name), Math.min(settings.imagesPerClass(), n - items.size()), random);
            items.addAll(some);
            some.forEach(item -> names.add(name));
        }
        return settings.isInParts()
                ? batch(dealt(items, settings.imagesAtATime()), dealt(names, settings.imagesAtATime()), table, random)
                : batch(items, names, table, random);
    }

    private Batch batch(List<ReplayItem> items, List<String> names, ClassTable table, SplittableRandom random) {
        int n = items.size();
        byte[] pixels = new byte[n * shape.bytes()];
        int[] rows = new int[n];
        for (int i = 0; i < n; i++) {
            byte[] source = pixels(items.get(i), names.get(i));
            settings.augmentation().apply(shape, source, pixels, i * shape.bytes(), random);
            rows[i] = table.row(names.get(i));
        }
        return new Batch(pixels, rows, items);
    }

    /** In such an order that parts of the given size mix what lay side by side. */
    static <T> List<T> dealt(List<T> all, int size) {
        int parts = (all.size() + size - 1) / size;
        List<T> dealt = new ArrayList<>(all.size());
        for (int part = 0; part < parts; part++) {
            for (int i = part; i < all.size(); i += parts) {
                dealt.add(all.get(i));
            }
        }
        return dealt;
    }

    private List<ReplayItem> some(List<ReplayItem> all, int count, SplittableRandom random) {
        int recent = (int) Math.rint(settings.recent() * count);
        if (recent == 0) {
            return choose(all, count, random);
        }
        int pool = Math.min(all.size(), Math.max(count, (int) Math.ceil(LATEST * all.size())));
        List<ReplayItem> latest = all.stream().sorted(LATEST_FIRST).limit(pool).toList();
        List<ReplayItem> some = new ArrayList<>(choose(latest, recent, random));
        List<ReplayItem> others =
                all.stream().filter(item -> !some.contains(item)).toList();
        some.addAll(choose(others, count - some.size(), random));
        return some;
    }

    /** The first steps of a Fisher-Yates shuffle. */
    private static <T> List<T> choose(List<T> from, int count, SplittableRandom random) {
        List<T> pool = new ArrayList<>(from);
        int wanted = Math.min(count, pool.size());
        for (int i = 0; i < wanted; i++) {
            int other = i + random.nextInt(pool.size() - i);
            T moved = pool.get(other);
            pool.set(other, pool.get(i));
            pool.set(i, moved);
        }
        return List.copyOf(pool.subList(0, wanted));
    }
}
