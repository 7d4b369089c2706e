package io.sightline.trainer.losses;

import java.util.Map;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * ProxyNCA++ (Teh et al., ECCV 2020): the mean over the batch of -log softmax over all classes, the own one among them,
 * of -|z - p|^2 / temperature, z and p on the unit sphere. The paper's max pooling, layer norm and faster proxies are
 * matters of the network and the optimiser. Immutable.
 *
 * @param temperature T, 1/9 in the paper
 */
public record ProxyNcaPlusPlus(double temperature) implements MetricLoss {

    /** The paper's settings. */
    public static final ProxyNcaPlusPlus DEFAULT = new ProxyNcaPlusPlus(1.0 / 9);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the setting and its value
     */
    public ProxyNcaPlusPlus {
        Settings.requirePositive("proxy-nca++", "temperature", temperature);
    }

    @Override
    public String name() {
        return "proxy-nca++";
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
        // On the unit sphere -|z - p|^2 is 2 cos - 2, and the softmax does not see the -2.
        return ProxySoftmax.ofCosines(tf, type, inputs, 2 / temperature);
    }
}
