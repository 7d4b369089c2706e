package io.sightline.trainer.nets;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.tensorflow.NativeTensorFlow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * A network from images to embeddings. It is written once, and its weights come from outside: variables while it is
 * trained, constants when it is served. Immutable.
 */
public interface EmbeddingNet {

    /** Its input. */
    Preprocessing preprocessing();

    /** d, the length of an embedding. */
    int dimensions();

    /** In words, for people, and for checkpoints: two networks with the same words have weights of the same names and shapes. */
    String describe();

    /**
     * Adds the network to a graph.
     *
     * @param image [N, size, size, channels] uint8
     * @return [N, d] float32, unit rows
     */
    Operand<TFloat32> build(Ops tf, Operand<TUint8> image, Weights weights);

    /** Shape of its input, [N, size, size, channels]. */
    default Shape inputShape() {
        return Shape.of(
                -1,
                preprocessing().size(),
                preprocessing().size(),
                preprocessing().channels());
    }

    /** Whether it is put upon a backbone that others pretrain. */
    default boolean hasBackbone() {
        return false;
    }

    /** Whether a weight belongs to the backbone, if there is one. */
    default boolean isBackbone(String weight) {
        return false;
    }

    /** Layers of the backbone between one of its weights and the head, 0 for the uppermost layer. */
    default int layersAbove(String weight) {
        return 0;
    }

    /** What it starts with where something is given; all other weights start as they say themselves. */
    default Map<String, HostTensor> pretrained() {
        return Map.of();
    }

    /** What all its weights are before the first step: those that are given, all others drawn in their order. */
    default Map<String, HostTensor> start(RandomGenerator random) {
        Map<String, HostTensor> start = new LinkedHashMap<>();
        for (Weight weight : weights()) {
            HostTensor given = pretrained().get(weight.name());
            start.put(weight.name(), given == null ? weight.initial().draw(weight.shape(), random) : given);
        }
        return start;
    }

    /** All its weights, in the order in which they are asked for. */
    default List<Weight> weights() {
        WeightList list = new WeightList();
        try (Graph graph = NativeTensorFlow.graph()) {
            Ops tf = Ops.create(graph);
            build(tf, tf.placeholder(TUint8.class, Placeholder.shape(inputShape())), list);
        }
        return list.all();
    }
}
