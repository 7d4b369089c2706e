package io.sightline.trainer.training;

import java.util.Map;
import java.util.TreeMap;

/**
 * How a backbone that was pretrained takes part in training. A network without one is trained as a whole.
 *
 * @param learningRateShare learning rate of the backbone as a share of the head's; 0 keeps the backbone as it is
 * @param layerDecay what the learning rate is multiplied by from each layer to the one below it, above 0 to 1 (Clark et
 *     al., ICLR 2020)
 * @param headSteps steps in which the head and the proxies learn alone, before the backbone joins them
 * @param batchNorm which statistics its batch norms use
 */
public record FineTuning(double learningRateShare, double layerDecay, long headSteps, BatchNorm batchNorm) {

    /** Statistics of batch norms. */
    public enum BatchNorm {
        /** Those that it was pretrained with, also while it is trained, as in the published runs of SEE. */
        FROZEN,
        /** Those of each batch while it is trained, and their running means when it is served. */
        RUNNING
    }

    /** For a backbone: a tenth of the head's learning rate after 50 steps of the head alone, statistics frozen. */
    public static final FineTuning DEFAULT = new FineTuning(0.1, 1, 50, BatchNorm.FROZEN);

    /** For a network that starts at random. */
    public static final FineTuning NONE = new FineTuning(1, 1, 0, BatchNorm.RUNNING);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming the setting
     */
    public FineTuning {
        if (!(learningRateShare >= 0 && learningRateShare <= 1) || headSteps < 0) {
            throw new IllegalArgumentException(
                    "the backbone's share of the learning rate is from 0 to 1, and the steps of"
                            + " the head alone are not negative: " + learningRateShare + ", " + headSteps);
        }
        if (!(layerDecay > 0 && layerDecay <= 1)) {
            throw new IllegalArgumentException("the layer decay is above 0 and at most 1, not " + layerDecay);
        }
    }

    /** Share of the backbone's learning rate that a layer has with so many others above it. */
    double layerShare(int above) {
        return Math.pow(layerDecay, above);
    }

    /** Whether batch norms take the statistics of their batch, and observe them; a frozen backbone stays as it is. */
    boolean usesBatchStatistics() {
        return batchNorm == BatchNorm.RUNNING && !isFrozen();
    }

    /** Whether the backbone never changes. */
    boolean isFrozen() {
        return learningRateShare == 0;
    }

    /** Steps of the backbone itself after the given number of all steps. */
    long backboneSteps(long steps) {
        return isFrozen() ? 0 : Math.max(0, steps - headSteps);
    }

    /** For a version's event and for people. */
    Map<String, String> describe() {
        Map<String, String> words = new TreeMap<>();
        words.put("backbone.learningRateShare", String.valueOf(learningRateShare));
        words.put("backbone.layerDecay", String.valueOf(layerDecay));
        words.put("backbone.headSteps", String.valueOf(headSteps));
        words.put("backbone.batchNorm", batchNorm.name().toLowerCase(java.util.Locale.ROOT));
        return words;
    }
}
