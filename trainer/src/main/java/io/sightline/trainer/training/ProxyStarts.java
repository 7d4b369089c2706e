package io.sightline.trainer.training;

import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.replay.ReplaySnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Where the proxies of new classes start, see {@link TrainingSettings.ProxyStart}. Not thread-safe. */
final class ProxyStarts {

    private static final int MEAN_BATCH = 128;
    private static final double SEPARATION = 0.02;

    private final EmbeddingNet net;
    private final TrainingSettings settings;
    private final BatchSampler sampler;
    private final Function<byte[], float[]> network;

    /**
     * For a network in training.
     *
     * @param network embeds images: N images one after the other to N rows of d
     */
    ProxyStarts(EmbeddingNet net, TrainingSettings settings, BatchSampler sampler, Function<byte[], float[]> network) {
        this.net = net;
        this.settings = settings;
        this.sampler = sampler;
        this.network = network;
    }

    /**
     * Chooses them.
     *
     * @param names of the new classes
     * @param classes how many there are with them
     * @param steps that were made so far
     * @return for each new class a row for each of its proxies
     */
    Map<String, float[][]> of(ReplaySnapshot snapshot, List<String> names, int classes, long steps) {
        int perClass = settings.loss().proxiesPerClass();
        boolean random = switch (settings.proxyStart()) {
            case RANDOM_THEN_CLASS_MEAN -> steps == 0;
            case CLASS_MEAN -> false;
            case RANDOM -> true;
        };
        Map<String, float[][]> starts =
                random ? random(names, perClass, classes, steps) : means(snapshot, names, perClass);
        if (perClass > 1) {
            separate(starts, steps);
        }
        return starts;
    }

    /** Proxies of a class with few images may start at the same place, and would never part. */
    private void separate(Map<String, float[][]> starts, long steps) {
        SplittableRandom random = new SplittableRandom(settings.seed() ^ (SeeTrainer.STEP_STRIDE * (steps + 2)));
        starts.values().forEach(rows -> {
            for (float[] row : rows) {
                for (int k = 0; k < row.length; k++) {
                    row[k] += (float) (SEPARATION * random.nextGaussian());
                }
            }
        });
    }

    /** Normal with variance 2 / C for C classes, as the published Proxy-Anchor starts (He et al., by fan-out). */
    private Map<String, float[][]> random(List<String> names, int parts, int classes, long steps) {
        SplittableRandom random = new SplittableRandom(settings.seed() ^ (SeeTrainer.STEP_STRIDE * (steps + 1)));
        double deviation = Math.sqrt(2.0 / Math.max(1, classes));
        Map<String, float[][]> starts = new LinkedHashMap<>();
        for (String name : names) {
            float[][] rows = new float[parts][net.dimensions()];
            for (float[] row : rows) {
                for (int k = 0; k < row.length; k++) {
                    row[k] = (float) (deviation * random.nextGaussian());
                }
            }
            starts.put(name, rows);
        }
        return starts;
    }

    /** An image as it is seen in a class. */
    private record Seen(String name, int part, byte[] pixels) {}

    /**
     * Mean embeddings of classes, in batches that mix the classes as training batches do. Several proxies of a class
     * each start at the mean of a part of its images.
     */
    private Map<String, float[][]> means(ReplaySnapshot snapshot, List<String> names, int parts) {
        List<Seen> all = new ArrayList<>();
        for (int i = 0; i < settings.imagesPerClass() * parts; i++) {
            for (String name : names) {
                List<ReplayItem> images = sampler.images(snapshot, name);
                all.add(new Seen(name, i % parts, sampler.pixels(images.get(i % images.size()), name)));
            }
        }
        if (settings.fineTuning().usesBatchStatistics()) {
            fillUp(all, snapshot);
            all = settings.isInParts() ? BatchSampler.dealt(all, settings.imagesAtATime()) : all;
        }
        Map<String, float[][]> sums = new HashMap<>();
        names.forEach(name -> sums.put(name, new float[parts][net.dimensions()]));
        int bytes = net.preprocessing().bytes();
        for (int from = 0; from < all.size(); from += MEAN_BATCH) {
            List<Seen> some = all.subList(from, Math.min(all.size(), from + MEAN_BATCH));
            byte[] pixels = new byte[some.size() * bytes];
            for (int i = 0; i < some.size(); i++) {
                System.arraycopy(some.get(i).pixels(), 0, pixels, i * bytes, bytes);
            }
            float[] vectors = network.apply(pixels);
            for (int i = 0; i < some.size(); i++) {
                float[][] sum = sums.get(some.get(i).name());
                if (sum != null) {
                    add(sum[some.get(i).part()], vectors, i * net.dimensions());
                }
            }
        }
        return sums;
    }

    /** A batch of a few new classes alone would have statistics like no batch in training. */
    private static void fillUp(List<Seen> all, ReplaySnapshot snapshot) {
        for (List<ReplayItem> others : snapshot.training().values()) {
            if (all.size() >= MEAN_BATCH) {
                return;
            }
            all.add(new Seen("", 0, others.getFirst().pixels()));
        }
    }

    private static void add(float[] sum, float[] vectors, int from) {
        for (int k = 0; k < sum.length; k++) {
            sum[k] += vectors[from + k];
        }
    }
}
