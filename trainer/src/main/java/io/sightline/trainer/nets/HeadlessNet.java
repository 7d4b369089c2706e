package io.sightline.trainer.nets;

import io.sightline.embedder.image.Preprocessing;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * A backbone whose features, at unit length, are the embeddings: what it is worth before anything is trained.
 *
 * @param net the backbone with the head that is left out
 */
public record HeadlessNet(BackboneNet net) implements EmbeddingNet {

    @Override
    public Preprocessing preprocessing() {
        return net.preprocessing();
    }

    @Override
    public int dimensions() {
        return net.backbone().features();
    }

    @Override
    public String describe() {
        return net.backbone().name() + " on " + preprocessing().describe() + ", " + net.normalisation()
                + net.backbone().variant() + ", its " + dimensions() + " features";
    }

    @Override
    public Operand<TFloat32> build(Ops tf, Operand<TUint8> image, Weights weights) {
        return new Layers(tf, weights).unit(net.features(tf, image, weights));
    }

    @Override
    public Map<String, HostTensor> pretrained() {
        return net.pretrained();
    }
}
