package io.sightline.deploy.bench;

import io.sightline.trainer.losses.MetricLoss;
import io.sightline.trainer.losses.Spheres;
import io.sightline.trainer.see.SeeLoss;
import io.sightline.trainer.see.SeeSettings;
import io.sightline.trainer.see.SimplexCenters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * SEE with a basis for each sample by a Gram-Schmidt loop over samples and vectors, as in the published code. For
 * comparison only; the number of samples that are expanded is fixed.
 *
 * @param see the settings
 * @param samples how many samples are expanded
 */
record LoopedSee(SeeSettings see, int samples) implements MetricLoss {

    @Override
    public String name() {
        return "see-loop";
    }

    @Override
    public int proxiesPerClass() {
        return see.proxiesPerClass();
    }

    @Override
    public Map<String, String> describe() {
        return see.describe();
    }

    @Override
    public Expansion expansion(int batch, double progress, int dimensions, SplittableRandom random) {
        return see.expansion(batch, progress, dimensions, random);
    }

    @Override
    public <T extends TFloating> Outputs<T> build(Ops tf, Class<T> type, Inputs<T> inputs) {
        return SeeLoss.of(tf, type, see, inputs, (ops, proxies, tangents) -> loop(ops, type, proxies, tangents));
    }

    private <T extends TFloating> Operand<T> loop(Ops tf, Class<T> type, Operand<T> proxies, Operand<T> tangents) {
        int e = see.expansions();
        double[][] centers = SimplexCenters.of(e);
        double[][] weights = new double[e][e - 1];
        for (int i = 1; i <= e; i++) {
            System.arraycopy(centers[i], 1, weights[i - 1], 0, e - 1);
        }
        Operand<T> simplex = Spheres.matrix(tf, type, weights);
        List<Operand<T>> combined = new ArrayList<>();
        for (int sample = 0; sample < samples; sample++) {
            Operand<TInt32> row = tf.constant(new int[] {sample, 0});
            Operand<TInt32> one = tf.constant(new int[] {1, -1});
            Operand<T> basis =
                    tf.concat(List.of(tf.slice(proxies, row, one), tf.slice(tangents, row, one)), tf.constant(0));
            for (int j = 1; j < e; j++) {
                Operand<T> drawn = tf.random.randomStandardNormal(tf.shape(tf.slice(proxies, row, one)), type);
                Operand<T> along = tf.linalg.matMul(Spheres.allDots(tf, drawn, basis), basis);
                basis = tf.concat(
                        List.of(basis, Spheres.normalise(tf, type, tf.math.sub(drawn, along))), tf.constant(0));
            }
            Operand<T> others = tf.slice(basis, tf.constant(new int[] {2, 0}), one(e - 1, tf));
            combined.add(tf.linalg.matMul(simplex, others));
        }
        return tf.stack(combined, Stack.axis(0L));
    }

    private static Operand<TInt32> one(int rows, Ops tf) {
        return tf.constant(new int[] {rows, -1});
    }
}
