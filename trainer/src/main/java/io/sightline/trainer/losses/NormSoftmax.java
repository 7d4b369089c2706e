package io.sightline.trainer.losses;

import java.util.Map;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * Normalised softmax (Zhai and Wu, "Classification is a Strong Baseline for Deep Metric Learning", BMVC 2019): the mean
 * over the batch of -log softmax over the classes of cosine / temperature. Immutable.
 *
 * @param temperature sigma, 0.05 in the paper
 */
public record NormSoftmax(double temperature) implements MetricLoss {

    /** The paper's settings. */
    public static final NormSoftmax DEFAULT = new NormSoftmax(0.05);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the setting and its value
     */
    public NormSoftmax {
        Settings.requirePositive("norm-softmax", "temperature", temperature);
    }

    @Override
    public String name() {
        return "norm-softmax";
    }

    @Override
    public int proxiesPerClass() {
        return 1;
    }

    @Override
    public Map<String, String> describe() {
        return Map.of("loss", name(), "temperature", String.valueOf(temperature));
    }

    @Override
    public <T extends TFloating> Outputs<T> build(Ops tf, Class<T> type, Inputs<T> inputs) {
        return ProxySoftmax.ofCosines(tf, type, inputs, 1 / temperature);
    }
}
