package io.sightline.trainer.training;

import io.sightline.trainer.losses.MetricLoss;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** The placeholders of what a step needs beside its images, and how they are fed. Immutable. */
final class StepFeeds {

    private final int dimensions;
    private final WeightAverage average;
    private final Placeholder<TInt32> labels;
    private final Placeholder<TFloat32> classWeights;
    private final Placeholder<TInt32> count;
    private final Placeholder<TFloat32> threshold;
    private final Placeholder<TFloat32> throughEmbedding;
    private final Placeholder<TFloat32> frame;
    private final Placeholder<TFloat32> reference;
    private final Placeholder<TFloat32> tie;
    private final Placeholder<TFloat32> learningRate;
    private final Placeholder<TFloat32> proxyLearningRate;
    private final Placeholder<TFloat32> backboneLearningRate;
    private final AdamW.Powers powers;
    private final AdamW.Powers backbonePowers;
    private final Placeholder<TFloat32> averageShare;
    private final float tieWeight;

    /** Adds the placeholders to a graph. */
    StepFeeds(Ops tf, int dimensions, double tieWeight, WeightAverage average) {
        this.dimensions = dimensions;
        this.average = average;
        this.tieWeight = (float) tieWeight;
        Placeholder.Options rows = Placeholder.shape(Shape.of(-1, dimensions));
        labels = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
        classWeights = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
        count = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
        threshold = scalar(tf);
        throughEmbedding = scalar(tf);
        frame = tf.placeholder(TFloat32.class, rows);
        reference = tf.placeholder(TFloat32.class, rows);
        tie = scalar(tf);
        learningRate = scalar(tf);
        proxyLearningRate = scalar(tf);
        backboneLearningRate = scalar(tf);
        powers = AdamW.Powers.create(tf);
        backbonePowers = AdamW.Powers.create(tf);
        averageShare = scalar(tf);
    }

    /** What a loss on the given embeddings and proxies takes. */
    MetricLoss.Inputs<TFloat32> lossInputs(Operand<TFloat32> embeddings, Operand<TFloat32> proxies) {
        return new MetricLoss.Inputs<>(
                embeddings,
                labels,
                proxies,
                classWeights,
                new MetricLoss.ExpansionInputs<>(count, threshold, throughEmbedding, frame));
    }

    /** Embeddings to stay close to, [N, d]. */
    Operand<TFloat32> reference() {
        return reference;
    }

    /** How strongly, a scalar. */
    Operand<TFloat32> tie() {
        return tie;
    }

    Operand<TFloat32> learningRate() {
        return learningRate;
    }

    Operand<TFloat32> proxyLearningRate() {
        return proxyLearningRate;
    }

    Operand<TFloat32> backboneLearningRate() {
        return backboneLearningRate;
    }

    AdamW.Powers powers() {
        return powers;
    }

    AdamW.Powers backbonePowers() {
        return backbonePowers;
    }

    /** Share of a weight that enters its average. */
    Operand<TFloat32> averageShare() {
        return averageShare;
    }

    /** Whether a step stays close to something. */
    boolean isTied(StepInputs inputs) {
        return tieWeight > 0 && inputs.reference().length > 0;
    }

    /** Tensors of a step; close them when it has been made. */
    List<Fed> of(int[] rows, StepInputs inputs) {
        List<Fed> fed = new ArrayList<>();
        fed.add(new Fed(labels, TInt32.vectorOf(rows)));
        fed.add(new Fed(classWeights, TFloat32.vectorOf(inputs.classWeights())));
        fed.add(new Fed(count, TInt32.scalarOf(inputs.expansion().count())));
        fed.add(number(threshold, inputs.expansion().threshold()));
        fed.add(number(throughEmbedding, inputs.expansion().throughEmbedding()));
        fed.add(new Fed(frame, matrix(inputs.expansion().frame())));
        fed.add(number(learningRate, inputs.learningRate()));
        fed.add(number(proxyLearningRate, inputs.proxyLearningRate()));
        fed.add(number(backboneLearningRate, inputs.backboneLearningRate()));
        addPowers(fed, powers, inputs.step());
        addPowers(fed, backbonePowers, inputs.backboneStep());
        fed.add(number(averageShare, average.share(inputs.step())));
        if (tieWeight > 0) {
            fed.add(new Fed(reference, matrix(inputs.reference())));
            fed.add(number(tie, isTied(inputs) ? tieWeight : 0));
        }
        return fed;
    }

    /** A placeholder and what it is fed with. */
    record Fed(Operand<?> placeholder, Tensor value) implements AutoCloseable {

        void into(Session.Runner runner) {
            runner.feed(placeholder, value);
        }

        @Override
        public void close() {
            value.close();
        }
    }

    private static Placeholder<TFloat32> scalar(Ops tf) {
        return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
    }

    private static Fed number(Operand<TFloat32> placeholder, double value) {
        return new Fed(placeholder, TFloat32.scalarOf((float) value));
    }

    private static void addPowers(List<Fed> fed, AdamW.Powers powers, long step) {
        fed.add(number(powers.first(), Math.pow(AdamW.BETA1, (double) step)));
        fed.add(number(powers.second(), Math.pow(AdamW.BETA2, (double) step)));
    }

    /** A matrix of at least one row: an empty one, which nothing reads, becomes a row of zeros. */
    private TFloat32 matrix(double[][] rows) {
        float[][] floats = new float[rows.length][dimensions];
        for (int i = 0; i < rows.length; i++) {
            for (int k = 0; k < rows[i].length; k++) {
                floats[i][k] = (float) rows[i][k];
            }
        }
        return matrix(floats);
    }

    private TFloat32 matrix(float[][] rows) {
        float[] flat = new float[Math.max(1, rows.length) * dimensions];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, flat, i * dimensions, dimensions);
        }
        return TFloat32.tensorOf(Shape.of(Math.max(1, rows.length), dimensions), DataBuffers.of(flat));
    }
}
