package io.sightline.trainer.weights;

import static java.util.Objects.requireNonNull;

import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.trainer.nets.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.Save;
import org.tensorflow.types.TString;

/** Checkpoints as TensorFlow itself writes them. */
public final class WrittenCheckpoint {

    private WrittenCheckpoint() {}

    /** Writes float32 tensors. */
    public static Path write(Path prefix, Map<String, HostTensor> tensors) {
        return write(prefix, List.copyOf(tensors.keySet()), (tf, name) -> {
            HostTensor tensor = requireNonNull(tensors.get(name));
            return tf.constant(Shape.of(tensor.shape()), DataBuffers.of(tensor.values()));
        });
    }

    /** Writes tensors of whichever type. */
    static Path write(Path prefix, List<String> names, BiFunction<Ops, String, Operand<?>> tensors) {
        NativeTensorFlow.load();
        try (Graph graph = new Graph();
                Session session = new Session(graph)) {
            Ops tf = Ops.create(graph);
            List<Operand<?>> values = new ArrayList<>();
            names.forEach(name -> values.add(tensors.apply(tf, name)));
            Save save = tf.train.save(
                    tf.constant(prefix.toString()),
                    strings(tf, names),
                    strings(tf, Collections.nCopies(names.size(), "")),
                    values);
            session.runner().addTarget(save).run().close();
        }
        return prefix;
    }

    private static Operand<TString> strings(Ops tf, List<String> all) {
        return tf.constantOf(TString.vectorOf(all.toArray(new String[0])));
    }
}
