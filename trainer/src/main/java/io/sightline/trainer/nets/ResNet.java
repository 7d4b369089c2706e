package io.sightline.trainer.nets;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * ResNet of bottlenecks (He et al., CVPR 2016) as torchvision has it: the stride is on the 3 x 3 convolution, padding is
 * PyTorch's (the same on all sides), epsilon of the batch norms 1e-5. Weights have torchvision's names.
 *
 * @param name as people know it
 * @param blocks bottlenecks of each of the four layers
 * @param width channels of the first convolution, 64 in what is published
 */
public record ResNet(String name, List<Integer> blocks, int width) implements Backbone {

    /** ResNet-50. */
    public static final ResNet RESNET50 = new ResNet("resnet50", List.of(3, 4, 6, 3), 64);

    /** ResNet-101. */
    public static final ResNet RESNET101 = new ResNet("resnet101", List.of(3, 4, 23, 3), 64);

    /** ResNet-152. */
    public static final ResNet RESNET152 = new ResNet("resnet152", List.of(3, 8, 36, 3), 64);

    private static final int EXPANSION = 4;
    private static final Pattern BLOCK = Pattern.compile("layer(\\d+)\\.(\\d+)\\.");

    /** Checks the sizes. */
    public ResNet {
        blocks = List.copyOf(blocks);
        if (blocks.isEmpty() || blocks.stream().anyMatch(count -> count < 1) || width < 1) {
            throw new IllegalArgumentException(
                    "a ResNet needs at least one block in each layer and one channel, not " + blocks + " and " + width);
        }
    }

    @Override
    public int features() {
        return (EXPANSION * width) << (blocks.size() - 1);
    }

    @Override
    public int layersAbove(String weight) {
        int all = blocks.stream().mapToInt(Integer::intValue).sum();
        Matcher place = BLOCK.matcher(weight);
        if (!place.lookingAt()) {
            return all;
        }
        int layer = Integer.parseInt(place.group(1)) - 1;
        int below =
                blocks.subList(0, layer).stream().mapToInt(Integer::intValue).sum();
        return all - below - Integer.parseInt(place.group(2)) - 1;
    }

    @Override
    public Operand<TFloat32> build(Layers layers, Operand<TFloat32> x, int side) {
        Operand<TFloat32> y = layers.relu(norm(
                layers, "bn1", layers.paddedConvolution("conv1.weight", x, new Layers.Kernel(7, 3, width, 2)), width));
        y = layers.maxPool3x3(y);
        int channels = width;
        for (int layer = 0; layer < blocks.size(); layer++) {
            int inner = width << layer;
            for (int block = 0; block < blocks.get(layer); block++) {
                int stride = layer > 0 && block == 0 ? 2 : 1;
                y = bottleneck(layers, "layer" + (layer + 1) + "." + block, y, channels, inner, stride);
                channels = EXPANSION * inner;
            }
        }
        return layers.globalAveragePool(y);
    }

    private static Operand<TFloat32> bottleneck(
            Layers layers, String name, Operand<TFloat32> x, int channels, int inner, int stride) {
        int out = EXPANSION * inner;
        Operand<TFloat32> y = layers.relu(norm(
                layers,
                name + ".bn1",
                layers.paddedConvolution(name + ".conv1.weight", x, new Layers.Kernel(1, channels, inner, 1)),
                inner));
        y = layers.relu(norm(
                layers,
                name + ".bn2",
                layers.paddedConvolution(name + ".conv2.weight", y, new Layers.Kernel(3, inner, inner, stride)),
                inner));
        y = norm(
                layers,
                name + ".bn3",
                layers.paddedConvolution(name + ".conv3.weight", y, new Layers.Kernel(1, inner, out, 1)),
                out);
        Operand<TFloat32> shortcut = x;
        if (stride > 1 || channels != out) {
            shortcut = norm(
                    layers,
                    name + ".downsample.1",
                    layers.paddedConvolution(
                            name + ".downsample.0.weight", x, new Layers.Kernel(1, channels, out, stride)),
                    out);
        }
        return layers.relu(layers.add(y, shortcut));
    }

    private static Operand<TFloat32> norm(Layers layers, String name, Operand<TFloat32> x, int channels) {
        return layers.batchNorm(Layers.NormNames.pyTorch(name), x, channels);
    }
}
