package io.sightline.trainer.nets;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * From normalised colours to features, as the classifiers that people pretrain have it below their last layer. Immutable.
 */
public sealed interface Backbone permits MobileNetV1, ResNet, SavedModelBackbone, VisionTransformer {

    /** Its name as people know it, for instance {@code resnet50}. */
    String name();

    /** What there is to say beside the name, behind a comma; nothing as a rule. */
    default String variant() {
        return "";
    }

    /** Length of the features. */
    int features();

    /**
     * Adds it to a graph.
     *
     * @param x [N, side, side, 3] float32, normalised
     * @return [N, {@link #features}]
     */
    Operand<TFloat32> build(Layers layers, Operand<TFloat32> x, int side);

    /** Layers between one of its weights and its features, 0 for the uppermost: blocks count as one. */
    int layersAbove(String weight);

    /**
     * Checks that images of a size have a place in it.
     *
     * @throws IllegalArgumentException if they have none, saying which sizes do
     */
    default void requireFits(int side) {}
}
