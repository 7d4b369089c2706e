package io.sightline.trainer.training;

import io.sightline.trainer.see.SeeSettings;
import java.util.Map;
import java.util.TreeMap;

/**
 * How steps are made. Immutable.
 *
 * @param see the loss
 * @param classesPerBatch P classes in a batch
 * @param imagesPerClass K images of each
 * @param learningRate peak learning rate of the network
 * @param proxyLearningRate peak learning rate of the proxies
 * @param weightDecay AdamW's, on kernels
 * @param augmentation changes made to training images
 * @param seed of weights, batches, frames and augmentation
 */
public record TrainingSettings(
        SeeSettings see,
        int classesPerBatch,
        int imagesPerClass,
        double learningRate,
        double proxyLearningRate,
        double weightDecay,
        Augmentation augmentation,
        long seed) {

    /** Steps over which the share of expanded samples rises. */
    private static final int RAMP_STEPS = 1000;

    /** The settings of the reference figures: 32 classes x 4 images, 3e-3 and 3e-2. */
    public static TrainingSettings defaults(Augmentation augmentation, long seed) {
        return new TrainingSettings(SeeSettings.published(RAMP_STEPS), 32, 4, 3e-3, 3e-2, 1e-4, augmentation, seed);
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the setting
     */
    public TrainingSettings {
        if (classesPerBatch < 2 || imagesPerClass < 2) {
            throw new IllegalArgumentException(
                    "a batch needs at least 2 classes x 2 images, not " + classesPerBatch + " x " + imagesPerClass);
        }
        if (!(learningRate > 0) || !(proxyLearningRate > 0) || !(weightDecay >= 0)) {
            throw new IllegalArgumentException("learning rates must be positive and the weight decay not negative: "
                    + learningRate + ", " + proxyLearningRate + ", " + weightDecay);
        }
    }

    /** For a version's event and for people. */
    public Map<String, String> describe() {
        Map<String, String> words = new TreeMap<>(see.describe());
        words.put("optimiser", "adamw");
        words.put("batch", classesPerBatch + " classes x " + imagesPerClass + " images");
        words.put("learningRate", String.valueOf(learningRate));
        words.put("proxyLearningRate", String.valueOf(proxyLearningRate));
        words.put("weightDecay", String.valueOf(weightDecay));
        return words;
    }
}
