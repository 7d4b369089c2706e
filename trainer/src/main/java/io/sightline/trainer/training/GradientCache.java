package io.sightline.trainer.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/**
 * The gradient of a loss on a whole batch, with the memory of a part of it (Gao et al., RepL4NLP 2021): the batch is
 * embedded part by part; the loss gives its gradient by the embeddings; then each part is embedded once more, and what
 * its embeddings pass on is added up. But for rounding it is the gradient of the batch at once, also of losses that
 * compare all images of a batch, which plain accumulation cannot give. Not thread-safe.
 */
final class GradientCache {

    private final Ops tf;
    private final Gradients gradients;
    private final Operand<TFloat32> ofLoss;
    private final Placeholder<TFloat32> ofPart;
    private final Operand<TFloat32> passedOn;
    private final Map<String, Variable<TFloat32>> sums = new LinkedHashMap<>();

    /**
     * What is added up for a set of weights.
     *
     * @param ofLoss gradient of the loss by all embeddings, which are fed, [N, d]
     * @param ofPart the rows of it that belong to a part, to be fed, [n, d]
     * @param first overwrites the sums with a part's gradients
     * @param next adds a part's gradients to them
     * @param sums in the order of the weights
     */
    record Parts(
            Operand<TFloat32> ofLoss, Placeholder<TFloat32> ofPart, Op first, Op next, List<Operand<TFloat32>> sums) {}

    /**
     * Adds what is common to all weights.
     *
     * @param embeddings of a part, or fed, of all of the batch, [n, d]
     * @param loss on them
     */
    GradientCache(Ops tf, Gradients gradients, Operand<TFloat32> embeddings, Operand<TFloat32> loss) {
        this.tf = tf;
        this.gradients = gradients;
        ofLoss = gradients.of(loss, List.of(embeddings)).getFirst();
        ofPart = tf.placeholder(
                TFloat32.class, Placeholder.shape(embeddings.asOutput().shape()));
        passedOn = tf.reduceSum(tf.math.mul(embeddings, ofPart), tf.constant(new int[] {0, 1}));
    }

    /**
     * Adds the sums of the gradients of some weights.
     *
     * @param observations updates of running statistics, made once for each part
     */
    Parts of(Map<String, VariableWeights.Trained> weights, List<Op> observations) {
        List<Operand<TFloat32>> ofWeights = gradients.of(
                passedOn,
                weights.values().stream().map(VariableWeights.Trained::value).toList());
        List<Op> first = new ArrayList<>(observations);
        List<Op> next = new ArrayList<>(observations);
        List<Operand<TFloat32>> added = new ArrayList<>();
        weights.forEach((name, weight) -> {
            Operand<TFloat32> gradient = ofWeights.get(added.size());
            Variable<TFloat32> sum = sums.computeIfAbsent(name, created -> tf.variable(weight.shape(), TFloat32.class));
            first.add(tf.assign(sum, gradient));
            next.add(tf.assignAdd(sum, gradient));
            added.add(tf.identity(sum));
        });
        return new Parts(
                ofLoss,
                ofPart,
                tf.withControlDependencies(first).noOp(),
                tf.withControlDependencies(next).noOp(),
                added);
    }
}
