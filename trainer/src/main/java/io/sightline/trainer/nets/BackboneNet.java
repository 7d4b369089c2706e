package io.sightline.trainer.nets;

import io.sightline.embedder.image.Preprocessing;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * A backbone and the head that SEE's networks share: features, LayerNorm without affine part, linear, unit length.
 *
 * @param backbone what was pretrained
 * @param normalisation what it was pretrained with
 * @param preprocessing its input, colours
 * @param dimensions d, length of an embedding
 * @param pretrained what it starts with, by name, in TensorFlow's layout; the head may be missing
 */
public record BackboneNet(
        Backbone backbone,
        Normalisation normalisation,
        Preprocessing preprocessing,
        int dimensions,
        Map<String, HostTensor> pretrained)
        implements EmbeddingNet {

    /** What the names of the head's weights begin with: no pretrained network has such. */
    public static final String HEAD = "embedding.";

    private static final int COLOURS = 3;

    /**
     * Checks that they go together.
     *
     * @throws IllegalArgumentException naming what does not
     */
    public BackboneNet {
        pretrained = Map.copyOf(pretrained);
        if (preprocessing.channels() != COLOURS || preprocessing.invert()) {
            throw new IllegalArgumentException(backbone.name() + " takes colours as they are, not inverted and not "
                    + preprocessing.channels() + " channel: add --images photo");
        }
        if (dimensions < 2) {
            throw new IllegalArgumentException("an embedding needs at least two dimensions, not " + dimensions);
        }
        backbone.requireFits(preprocessing.size());
    }

    @Override
    public String describe() {
        return backbone.name() + " on " + preprocessing.describe() + ", " + normalisation + backbone.variant()
                + ", d = " + dimensions;
    }

    @Override
    public boolean hasBackbone() {
        return true;
    }

    @Override
    public boolean isBackbone(String weight) {
        return !weight.startsWith(HEAD);
    }

    @Override
    public int layersAbove(String weight) {
        return backbone.layersAbove(weight);
    }

    @Override
    public Operand<TFloat32> build(Ops tf, Operand<TUint8> image, Weights weights) {
        Layers layers = new Layers(tf, weights);
        Operand<TFloat32> features = features(layers, tf, image);
        return layers.unit(layers.linear(HEAD, layers.layerNorm(features), backbone.features(), dimensions));
    }

    /**
     * Adds the backbone alone.
     *
     * @param image [N, size, size, 3] uint8
     * @return [N, features]
     */
    public Operand<TFloat32> features(Ops tf, Operand<TUint8> image, Weights weights) {
        return features(new Layers(tf, weights), tf, image);
    }

    private Operand<TFloat32> features(Layers layers, Ops tf, Operand<TUint8> image) {
        return backbone.build(layers, normalisation.apply(tf, image), preprocessing.size());
    }
}
