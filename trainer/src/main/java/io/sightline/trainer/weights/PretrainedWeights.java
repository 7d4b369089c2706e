package io.sightline.trainer.weights;

import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Weight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The weights of a backbone as a file has them, brought into TensorFlow's layout. All that is wrong is reported at once.
 *
 * @param tensors by name, in TensorFlow's layout
 * @param ignored tensors of the file that an embedding network has no use for: its classifier and counters
 */
public record PretrainedWeights(Map<String, HostTensor> tensors, List<String> ignored) {

    /**
     * What torchvision, timm and slim call the last layer of a classifier, what PyTorch counts beside a batch norm, and
     * what TensorFlow's optimisers and averages keep in checkpoints.
     */
    private static final Pattern NO_USE =
            Pattern.compile("(fc|head|head_dist|classifier)\\.(weight|bias)|pre_logits\\..*|(.*\\.)?num_batches_tracked"
                    + "|MobilenetV1/(Logits|Predictions|AuxLogits)/.*|_CHECKPOINTABLE_OBJECT_GRAPH|optimizer/.*"
                    + "|.*/\\.OPTIMIZER_SLOT/.*|(.*/)?(global_step|save_counter|beta1_power|beta2_power)"
                    + "|.*/(Adam|Adam_1|AdaMax|AdaMax_1|Adagrad|Adadelta|Adadelta_1|Ftrl|Ftrl_1|Momentum|RMSProp"
                    + "|RMSProp_1|ExponentialMovingAverage)");

    private static final String POSITIONS = "pos_embed";

    /**
     * Reads the weights of a network.
     *
     * @param weights all that the network asks for; those of its head may be missing in the file
     * @throws WeightFileException naming every tensor that is missing, unexpected, of another shape or type, or not finite
     */
    public static PretrainedWeights read(WeightSource file, Layout layout, List<Weight> weights) {
        List<String> problems = new ArrayList<>();
        List<String> ignored = new ArrayList<>();
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        Set<String> known = new HashSet<>();
        for (Weight weight : weights) {
            known.add(weight.name());
            if (file.names().contains(weight.name())) {
                readOne(file, layout, weight, tensors, problems);
            } else if (!weight.name().startsWith(BackboneNet.HEAD)) {
                problems.add("missing: '" + weight.name() + "' " + Arrays.toString(layout.shape(weight)));
            }
        }
        for (String name : file.names()) {
            boolean isHead =
                    name.startsWith(BackboneNet.HEAD) || NO_USE.matcher(name).matches();
            if (!known.contains(name) && isHead) {
                ignored.add(name);
            } else if (!known.contains(name)) {
                problems.add("unexpected: '" + name + "' " + shape(file, name));
            }
        }
        if (!problems.isEmpty()) {
            throw new WeightFileException(
                    file.file(),
                    problems.size() + (problems.size() == 1 ? " tensor does" : " tensors do") + " not fit:\n  "
                            + String.join("\n  ", problems)
                            + "\nChoose the architecture and the layout that the file was written for");
        }
        return new PretrainedWeights(tensors, ignored);
    }

    /**
     * Writes weights as other frameworks name and order them, in float32: what was read as such, and not resized, is written
     * bit for bit as it was.
     *
     * @param weights which ones, in which order
     * @param tensors all of them by name, in TensorFlow's layout
     * @param metadata of the file; its {@code format} is set
     */
    public static void write(
            Path file,
            Layout layout,
            Map<String, String> metadata,
            List<Weight> weights,
            Map<String, HostTensor> tensors) {
        Map<String, HostTensor> written = new LinkedHashMap<>();
        for (Weight weight : weights) {
            HostTensor tensor = tensors.get(weight.name());
            if (tensor == null) {
                throw new IllegalArgumentException("there is no weight " + weight.name() + " to write to " + file);
            }
            written.put(weight.name(), layout.write(weight.kind(), tensor));
        }
        Map<String, String> notes = new LinkedHashMap<>(metadata);
        notes.put("format", layout.format());
        Safetensors.write(file, notes, written);
    }

    private static void readOne(
            WeightSource file, Layout layout, Weight weight, Map<String, HostTensor> tensors, List<String> problems) {
        String name = weight.name();
        if (!file.isFloat(name)) {
            problems.add("not floating-point: '" + name + "' " + file.type(name));
            return;
        }
        long[] expected = layout.shape(weight);
        boolean resized = name.equals(POSITIONS) && PositionEmbeddings.canResize(file.shape(name), expected);
        if (!resized && !Arrays.equals(file.shape(name), expected)) {
            problems.add(
                    "of another shape: '" + name + "' is " + shape(file, name) + ", not " + Arrays.toString(expected));
            return;
        }
        try {
            HostTensor tensor = layout.read(weight.kind(), file.read(name));
            tensors.put(name, resized ? PositionEmbeddings.resize(tensor, expected) : tensor);
        } catch (WeightFileException e) {
            problems.add(e.problem());
        }
    }

    private static String shape(WeightSource file, String name) {
        return Arrays.toString(file.shape(name));
    }
}
