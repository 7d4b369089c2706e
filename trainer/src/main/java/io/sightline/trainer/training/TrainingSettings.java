package io.sightline.trainer.training;

import io.sightline.trainer.losses.MetricLoss;
import io.sightline.trainer.see.SeeSettings;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * How steps are made. Immutable; start from {@link #defaults} and change what is to differ.
 *
 * @param loss what is minimised
 * @param classesPerBatch P classes in a batch
 * @param imagesPerClass K images of each
 * @param recent share of a class's images in a batch that are drawn from its latest ones, 0 to 1
 * @param learningRate peak learning rate of the network
 * @param proxyLearningRate peak learning rate of the proxies
 * @param proxyStart where the proxy of a new class starts
 * @param weightDecay AdamW's, on kernels
 * @param averaging decay of the moving average of the weights that is served, 0 to serve the last weights
 * @param tie weight of mean(1 - cosine) between an embedding and the one of the version before, 0 for none
 * @param quarterTurns whether each class turned by 90, 180 and 270 degrees counts as a class of its own
 * @param schedule how the learning rates fall in the course of a round
 * @param microBatch images of a batch that are on the device at a time, 0 for all: less memory, a third more work, the
 *     same gradient; batch norms whose statistics run take those of a part
 * @param precision what is computed with
 * @param fineTuning how a pretrained backbone takes part
 * @param augmentation changes made to training images
 * @param seed of weights, batches, frames and augmentation
 */
public record TrainingSettings(
        MetricLoss loss,
        int classesPerBatch,
        int imagesPerClass,
        double recent,
        double learningRate,
        double proxyLearningRate,
        ProxyStart proxyStart,
        double weightDecay,
        double averaging,
        double tie,
        boolean quarterTurns,
        LearningRateSchedule schedule,
        int microBatch,
        Precision precision,
        FineTuning fineTuning,
        Augmentation augmentation,
        long seed) {

    /** Where the proxy of a new class starts. */
    public enum ProxyStart {
        /**
         * At random as long as the network has learned nothing, its classes lying close together; later at the mean
         * embedding of the class, where it disturbs nothing that is learned already.
         */
        RANDOM_THEN_CLASS_MEAN,
        /** At the mean embedding of the class. */
        CLASS_MEAN,
        /** Normal with variance 2 / C for C classes, as in the published code of Proxy-Anchor. */
        RANDOM
    }

    /** The settings of the reference figures: 32 classes x 4 images, 3e-3 and 3e-2. */
    public static TrainingSettings defaults(Augmentation augmentation, long seed) {
        return new TrainingSettings(
                SeeSettings.published(SeeSettings.RAMP_STEPS),
                32,
                4,
                0,
                3e-3,
                3e-2,
                ProxyStart.RANDOM_THEN_CLASS_MEAN,
                1e-4,
                0,
                0,
                false,
                LearningRateSchedule.COSINE,
                0,
                Precision.FLOAT32,
                FineTuning.NONE,
                augmentation,
                seed);
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
        if (microBatch < 0) {
            throw new IllegalArgumentException(
                    "a part of a batch is a number of images, or 0 for all of it, not " + microBatch);
        }
        if (!(averaging >= 0 && averaging < 1) || !(recent >= 0 && recent <= 1) || !(tie >= 0)) {
            throw new IllegalArgumentException("averaging must be from 0 to below 1, the recent share from 0 to 1 and"
                    + " the tie not negative: " + averaging + ", " + recent + ", " + tie);
        }
    }

    /** Images that are on the device at a time. */
    public int imagesAtATime() {
        int batch = classesPerBatch * imagesPerClass;
        return microBatch == 0 ? batch : Math.min(microBatch, batch);
    }

    /** Whether a batch goes over the device in parts. */
    boolean isInParts() {
        return imagesAtATime() < classesPerBatch * imagesPerClass;
    }

    /** A copy with some settings changed, for instance {@code with(draft -> draft.averaging = 0.99)}. */
    public TrainingSettings with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new TrainingSettings(
                draft.loss,
                draft.classesPerBatch,
                draft.imagesPerClass,
                draft.recent,
                draft.learningRate,
                draft.proxyLearningRate,
                draft.proxyStart,
                draft.weightDecay,
                draft.averaging,
                draft.tie,
                draft.quarterTurns,
                draft.schedule,
                draft.microBatch,
                draft.precision,
                draft.fineTuning,
                draft.augmentation,
                draft.seed);
    }

    /** Settings that are being changed; see the components of {@link TrainingSettings}. */
    public static final class Draft {
        public MetricLoss loss;
        public int classesPerBatch;
        public int imagesPerClass;
        public double recent;
        public double learningRate;
        public double proxyLearningRate;
        public ProxyStart proxyStart;
        public double weightDecay;
        public double averaging;
        public double tie;
        public boolean quarterTurns;
        public LearningRateSchedule schedule;
        public int microBatch;
        public Precision precision;
        public FineTuning fineTuning;
        public Augmentation augmentation;
        public long seed;

        private Draft(TrainingSettings settings) {
            loss = settings.loss;
            classesPerBatch = settings.classesPerBatch;
            imagesPerClass = settings.imagesPerClass;
            recent = settings.recent;
            learningRate = settings.learningRate;
            proxyLearningRate = settings.proxyLearningRate;
            proxyStart = settings.proxyStart;
            weightDecay = settings.weightDecay;
            averaging = settings.averaging;
            tie = settings.tie;
            quarterTurns = settings.quarterTurns;
            schedule = settings.schedule;
            microBatch = settings.microBatch;
            precision = settings.precision;
            fineTuning = settings.fineTuning;
            augmentation = settings.augmentation;
            seed = settings.seed;
        }
    }

    /** For a version's event and for people. */
    public Map<String, String> describe() {
        Map<String, String> words = new TreeMap<>(loss.describe());
        words.put("optimiser", "adamw");
        words.put("batch", classesPerBatch + " classes x " + imagesPerClass + " images");
        words.put("recent", String.valueOf(recent));
        words.put("learningRate", String.valueOf(learningRate));
        words.put("proxyLearningRate", String.valueOf(proxyLearningRate));
        words.put(
                "proxyStart",
                switch (proxyStart) {
                    case RANDOM_THEN_CLASS_MEAN -> "normal, variance 2 / classes; class mean for those that join";
                    case CLASS_MEAN -> "class mean";
                    case RANDOM -> "normal, variance 2 / classes";
                });
        words.put("weightDecay", String.valueOf(weightDecay));
        words.put("averaging", String.valueOf(averaging));
        words.put("tie", String.valueOf(tie));
        words.put("quarterTurns", String.valueOf(quarterTurns));
        words.put("schedule", schedule.name().toLowerCase(Locale.ROOT));
        words.put("microBatch", microBatch == 0 ? "whole batch" : microBatch + " images");
        words.put("precision", precision.name().toLowerCase(Locale.ROOT));
        words.put("augmentation", augmentation.describe());
        if (!fineTuning.equals(FineTuning.NONE)) {
            words.putAll(fineTuning.describe());
        }
        return words;
    }
}
