package io.sightline.trainer.training;

import io.sightline.trainer.nets.HostTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Assign;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/** The variables of a graph by name, to be read and overwritten: what a checkpoint holds. Not thread-safe. */
final class NamedState {

    private final Map<String, Variable<TFloat32>> variables;
    private final Map<String, Placeholder<TFloat32>> feeds = new LinkedHashMap<>();
    private final Map<String, Op> assignments = new LinkedHashMap<>();

    /** Adds what overwrites the variables to their graph. */
    NamedState(Ops tf, Map<String, Variable<TFloat32>> variables) {
        this.variables = new LinkedHashMap<>(variables);
        this.variables.forEach((name, variable) -> {
            Placeholder<TFloat32> feed = tf.placeholder(
                    TFloat32.class, Placeholder.shape(variable.asOutput().shape()));
            feeds.put(name, feed);
            // A table takes the shape of what is written.
            assignments.put(name, tf.assign(variable, feed, Assign.validateShape(false)));
        });
    }

    /** All names. */
    Set<String> names() {
        return variables.keySet();
    }

    /** Copies out what is named. */
    Map<String, HostTensor> read(Session session, List<String> names) {
        Session.Runner runner = session.runner();
        names.forEach(name -> runner.fetch(variable(name)));
        Map<String, HostTensor> values = new LinkedHashMap<>();
        try (Result result = runner.run()) {
            for (int i = 0; i < names.size(); i++) {
                values.put(names.get(i), HostTensor.copyOf(result.get(i)));
            }
        }
        return values;
    }

    /** Overwrites what is named. */
    void write(Session session, Map<String, HostTensor> values) {
        Session.Runner runner = session.runner();
        List<Tensor> fed = new ArrayList<>();
        try {
            values.forEach((name, value) -> {
                TFloat32 tensor = value.toTensor();
                fed.add(tensor);
                variable(name);
                runner.feed(feeds.get(name), tensor).addTarget(assignments.get(name));
            });
            runner.run().close();
        } finally {
            fed.forEach(Tensor::close);
        }
    }

    private Variable<TFloat32> variable(String name) {
        Variable<TFloat32> variable = variables.get(name);
        if (variable == null) {
            throw new IllegalArgumentException("there is no variable " + name + "; there are " + variables.keySet());
        }
        return variable;
    }
}
