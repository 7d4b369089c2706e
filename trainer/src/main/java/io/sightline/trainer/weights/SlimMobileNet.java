package io.sightline.trainer.weights;

import static java.util.Objects.requireNonNull;

import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Initial;
import io.sightline.trainer.nets.MobileNetV1;
import io.sightline.trainer.nets.Weight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.ndarray.Shape;

/**
 * {@link MobileNetV1} as TensorFlow's slim names it, {@code MobilenetV1/Conv2d_1_depthwise/depthwise_weights}, with batch
 * norms, which are folded into kernels and biases: a channel's kernel k becomes k gamma / sqrt(variance + 0.001), its bias
 * beta - mean gamma / sqrt(variance + 0.001). Where there is no gamma it is 1, as slim leaves it out if told so.
 */
final class SlimMobileNet {

    private static final String SCOPE = "MobilenetV1/";
    private static final Pattern KERNEL = Pattern.compile("(\\d{2})\\.(conv|depthwise|pointwise)\\.weight");
    private static final double EPSILON = 1e-3;
    private static final int DEPTHWISE_CHANNELS = 2;

    private SlimMobileNet() {}

    /** Whether a file has slim's names. */
    static boolean wrote(WeightSource source) {
        return source.names().stream().anyMatch(name -> name.startsWith(SCOPE));
    }

    /**
     * Reads and folds the weights of a network.
     *
     * @param weights all that the network asks for
     * @throws WeightFileException as of {@link PretrainedWeights#read}, under slim's names
     */
    static PretrainedWeights read(WeightSource source, Layout layout, List<Weight> weights) {
        List<Weight> asked = new ArrayList<>();
        List<Layer> layers = new ArrayList<>();
        for (Weight weight : weights) {
            Matcher kernel = KERNEL.matcher(weight.name());
            if (kernel.matches()) {
                Layer layer = Layer.of(kernel, weight);
                layers.add(layer);
                asked.addAll(layer.asked(source));
            } else if (weight.kind() != Weight.Kind.BIAS || !isOfLayer(weight)) {
                asked.add(weight);
            }
        }
        PretrainedWeights read = PretrainedWeights.read(source, layout, asked);
        Map<String, HostTensor> tensors = new LinkedHashMap<>(read.tensors());
        layers.forEach(layer -> layer.fold(source, tensors));
        return new PretrainedWeights(tensors, read.ignored());
    }

    private static boolean isOfLayer(Weight weight) {
        return KERNEL.matcher(weight.name().replaceFirst("bias$", "weight")).matches();
    }

    /**
     * A convolution with its batch norm.
     *
     * @param ours what the names of its weights begin with here
     * @param scope and there
     * @param kernel name of its kernel there
     */
    private record Layer(String ours, String scope, String kernel, Weight weight) {

        static Layer of(Matcher name, Weight weight) {
            String ours = name.group(1) + "." + name.group(2);
            // 00 is the first convolution; then 01 and 02 are the first pair, 03 and 04 the second.
            int pair = (Integer.parseInt(name.group(1)) + 1) / 2;
            String scope = SCOPE + "Conv2d_" + pair;
            return switch (name.group(2)) {
                case "conv" -> new Layer(ours, scope, scope + "/weights", weight);
                case "depthwise" ->
                    new Layer(ours, scope + "_depthwise", scope + "_depthwise/depthwise_weights", weight);
                default -> new Layer(ours, scope + "_pointwise", scope + "_pointwise/weights", weight);
            };
        }

        List<Weight> asked(WeightSource source) {
            List<Weight> asked = new ArrayList<>();
            asked.add(new Weight(kernel, weight.shape(), weight.kind(), weight.initial()));
            if (source.names().contains(norm("gamma"))) {
                asked.add(ofNorm("gamma"));
            }
            asked.addAll(List.of(ofNorm("beta"), ofNorm("moving_mean"), ofNorm("moving_variance")));
            return asked;
        }

        private Weight ofNorm(String part) {
            return new Weight(norm(part), Shape.of(channels()), Weight.Kind.NORM, new Initial.Constant(1));
        }

        private String norm(String part) {
            return scope + "/BatchNorm/" + part;
        }

        private int channels() {
            Shape shape = weight.shape();
            boolean isDepthwise = weight.kind() == Weight.Kind.DEPTHWISE;
            return (int) shape.get(isDepthwise ? DEPTHWISE_CHANNELS : shape.numDimensions() - 1);
        }

        /** Replaces what slim has by what is asked for here; channels are last, or last but a dimension of one. */
        void fold(WeightSource source, Map<String, HostTensor> tensors) {
            HostTensor given = requireNonNull(tensors.remove(kernel));
            HostTensor gamma = tensors.remove(norm("gamma"));
            float[] beta = requireNonNull(tensors.remove(norm("beta"))).values();
            float[] mean = requireNonNull(tensors.remove(norm("moving_mean"))).values();
            float[] variance =
                    requireNonNull(tensors.remove(norm("moving_variance"))).values();
            float[] folded = given.values().clone();
            float[] bias = new float[channels()];
            for (int c = 0; c < bias.length; c++) {
                if (variance[c] < 0) {
                    throw new WeightFileException(
                            source.file(),
                            "tensor '" + norm("moving_variance") + "' holds " + variance[c] + " at position " + c
                                    + ", which is no variance");
                }
                double factor = (gamma == null ? 1 : gamma.values()[c]) / Math.sqrt(variance[c] + EPSILON);
                bias[c] = (float) (beta[c] - mean[c] * factor);
                for (int i = c; i < folded.length; i += bias.length) {
                    folded[i] = (float) (given.values()[i] * factor);
                }
            }
            tensors.put(ours + ".weight", new HostTensor(given.shape(), folded));
            tensors.put(ours + ".bias", new HostTensor(new long[] {bias.length}, bias));
        }
    }
}
