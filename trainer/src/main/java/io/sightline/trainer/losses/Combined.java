package io.sightline.trainer.losses;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * A loss plus a weighted loss between the samples of the batch: the first shapes the classes, the second what proxies
 * do not see, how the samples of a class lie to each other. Immutable.
 *
 * @param main the loss whose proxies and synthetic embeddings are used
 * @param between a loss without proxies
 * @param weight of the second
 */
public record Combined(MetricLoss main, MetricLoss between, double weight) implements MetricLoss {

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if the second one has proxies or is the first one again, or the weight is not
     *     positive
     */
    public Combined {
        Settings.requirePositive(main.name() + "+" + between.name(), "weight", weight);
        if (main.name().equals(between.name())) {
            throw new IllegalArgumentException(main.name() + " twice is " + main.name() + ": name it once");
        }
        if (between.proxiesPerClass() != 0) {
            throw new IllegalArgumentException("only a loss between samples can be added to " + main.name() + "; "
                    + between.name() + " has proxies");
        }
    }

    @Override
    public String name() {
        return main.name() + "+" + between.name();
    }

    @Override
    public int proxiesPerClass() {
        return main.proxiesPerClass();
    }

    @Override
    public void requireFits(int dimensions) {
        main.requireFits(dimensions);
        between.requireFits(dimensions);
    }

    @Override
    public Expansion expansion(int samples, double progress, int dimensions, SplittableRandom random) {
        return main.expansion(samples, progress, dimensions, random);
    }

    @Override
    public Map<String, String> describe() {
        Map<String, String> words = new TreeMap<>(main.describe());
        between.describe().forEach((key, value) -> words.put(between.name() + "." + key, value));
        words.put("loss", name());
        words.put(between.name() + ".weight", String.valueOf(weight));
        return words;
    }

    /** The outputs are those of the main loss, and the batch's part and the total have the other one added. */
    @Override
    public <T extends TFloating> Outputs<T> build(Ops tf, Class<T> type, Inputs<T> inputs) {
        Outputs<T> first = main.build(tf, type, inputs);
        Operand<T> second = tf.math.mul(
                Spheres.scalar(tf, type, weight),
                between.build(tf, type, inputs).total());
        return new Outputs<>(
                tf.math.add(first.total(), second),
                tf.math.add(first.batch(), second),
                first.synthetic(),
                first.ownCosine());
    }
}
