package io.sightline.trainer.training;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.replay.ReplaySnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Class-balanced batches: P classes, K images of each, without repetition as far as there are enough. A batch
 * follows from the content of the replay store and the given randomness alone. Immutable.
 */
final class BatchSampler {

    private final Preprocessing shape;
    private final TrainingSettings settings;

    BatchSampler(Preprocessing shape, TrainingSettings settings) {
        this.shape = shape;
        this.settings = settings;
    }

    Batch sample(ReplaySnapshot snapshot, List<String> classes, ClassTable table, SplittableRandom random) {
        int n = settings.classesPerBatch() * settings.imagesPerClass();
        List<String> chosen = choose(classes, settings.classesPerBatch(), random);
        List<ReplayItem> items = new ArrayList<>(n);
        for (int i = 0; items.size() < n; i++) {
            String label = chosen.get(i % chosen.size());
            items.addAll(choose(
                    snapshot.training().getOrDefault(label, List.of()),
                    Math.min(settings.imagesPerClass(), n - items.size()),
                    random));
        }
        byte[] pixels = new byte[items.size() * shape.bytes()];
        int[] rows = new int[items.size()];
        for (int i = 0; i < rows.length; i++) {
            settings.augmentation().apply(shape, items.get(i).pixels(), pixels, i * shape.bytes(), random);
            rows[i] = table.row(items.get(i).label());
        }
        return new Batch(pixels, rows);
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
