package io.sightline.trainer.nets;

import io.sightline.trainer.foreign.ForeignModel;
import io.sightline.trainer.foreign.ForeignVariable;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * A network that others exported as a SavedModel, as a backbone. Its weights are called as its variables are, see
 * {@link VariableNames}; those of at least two dimensions, but for tokens, decay.
 *
 * @param model whose signature takes images and gives features
 */
public record SavedModelBackbone(ForeignModel model) implements Backbone {

    private static final int LINEAR_RANK = 2;
    private static final int CONVOLUTION_RANK = 4;

    /** Tells graphs apart, not what their variables hold. */
    @Override
    public String name() {
        return "savedmodel-" + model.fingerprint();
    }

    @Override
    public int features() {
        return model.features();
    }

    /** Nothing says which of its variables lie above others: all count as one layer. */
    @Override
    public int layersAbove(String weight) {
        return 0;
    }

    @Override
    public Operand<TFloat32> build(Layers layers, Operand<TFloat32> x, int side) {
        Operand<?> image = model.takesPixels() ? layers.tf().dtypes.cast(x, TUint8.class) : x;
        return model.build(layers.tf(), image, variable -> weight(layers, variable));
    }

    @Override
    public void requireFits(int side) {
        int only = model.side().orElse(side);
        if (side != only) {
            throw new IllegalArgumentException(name() + " takes images of " + only + " x " + only + " pixels, not "
                    + side + ": add --image-size " + only);
        }
    }

    private static Operand<TFloat32> weight(Layers layers, ForeignVariable variable) {
        Weight.Kind kind = variable.isTrained() ? kind(variable.shape().numDimensions()) : Weight.Kind.STATISTIC;
        Weight weight =
                new Weight(VariableNames.weight(variable.name()), variable.shape(), kind, new Initial.Constant(0));
        return variable.isTrained()
                ? layers.weights().trained(layers.tf(), weight)
                : layers.weights().observed(layers.tf(), weight);
    }

    private static Weight.Kind kind(int rank) {
        return switch (rank) {
            case 0, 1 -> Weight.Kind.BIAS;
            case LINEAR_RANK -> Weight.Kind.LINEAR;
            case CONVOLUTION_RANK -> Weight.Kind.CONVOLUTION;
            default -> Weight.Kind.TOKEN;
        };
    }
}
