package io.sightline.trainer.losses;

import java.util.Map;
import java.util.SplittableRandom;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * A loss on a batch of embeddings and, if it has any, on the proxies of their classes. Implementations are immutable;
 * they add the whole batch to a graph at once, in float32 or float64 by the graph's type.
 */
public interface MetricLoss {

    /** Its name in the field. */
    String name();

    /** Rows of the proxy table that each class has, K; 0 for a loss between samples, which has no proxies. */
    int proxiesPerClass();

    /** Adds the loss to a graph. */
    <T extends TFloating> Outputs<T> build(Ops tf, Class<T> type, Inputs<T> inputs);

    /** Its settings by name, for a version's event and for people. */
    Map<String, String> describe();

    /**
     * Checks that embeddings are long enough.
     *
     * @throws IllegalArgumentException if they are not, with what to change
     */
    default void requireFits(int dimensions) {}

    /**
     * What one step expands. Losses without synthetic embeddings expand nothing.
     *
     * @param samples in the batch
     * @param progress steps so far
     * @param random of this step
     */
    default Expansion expansion(int samples, double progress, int dimensions, SplittableRandom random) {
        return Expansion.NONE;
    }

    /**
     * What one step expands: of the samples whose cosine to their own proxy is at least the threshold, those with the
     * highest ones, up to a count.
     *
     * @param count most samples that are expanded
     * @param threshold least cosine, -2 for any
     * @param throughEmbedding 1 where the gradient of the synthetics reaches the embeddings, 0 where it does not
     * @param frame [E + 1, d], random orthonormal rows; empty where nothing is expanded
     */
    record Expansion(int count, double threshold, double throughEmbedding, double[][] frame) {

        /** No synthetic embeddings. */
        public static final Expansion NONE = new Expansion(0, 2, 0, new double[0][]);
    }

    /**
     * The same as graph operands.
     *
     * @param count scalar
     * @param threshold scalar
     * @param throughEmbedding scalar
     * @param frame [E + 1, d]
     */
    record ExpansionInputs<T extends TFloating>(
            Operand<TInt32> count, Operand<T> threshold, Operand<T> throughEmbedding, Operand<T> frame) {}

    /**
     * Inputs of a loss.
     *
     * @param embeddings raw or unit, [N, d]; they are normalised by the loss
     * @param labels number of each sample's class, [N]
     * @param proxies the raw proxy table, [C K, d]; those of class c are rows c K to c K + K - 1
     * @param classWeights [C], 1 for classes in use, 0 for spare rows of the table
     * @param expansion for losses with synthetic embeddings
     */
    record Inputs<T extends TFloating>(
            Operand<T> embeddings,
            Operand<TInt32> labels,
            Operand<T> proxies,
            Operand<T> classWeights,
            ExpansionInputs<T> expansion) {}

    /**
     * The scalars of a loss.
     *
     * @param total what is minimised
     * @param batch the part of the batch alone
     * @param synthetic the part of the synthetic embeddings, unweighted; 0 without them
     * @param ownCosine mean cosine of a sample to its own proxy, or to the others of its class where there is none
     */
    record Outputs<T extends TFloating>(
            Operand<T> total, Operand<T> batch, Operand<T> synthetic, Operand<T> ownCosine) {}
}
