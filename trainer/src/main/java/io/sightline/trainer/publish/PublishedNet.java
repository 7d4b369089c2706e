package io.sightline.trainer.publish;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.artifact.ModelDescriptor;
import io.sightline.trainer.nets.Backbone;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.Backbones;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Normalisation;
import io.sightline.trainer.nets.VisionTransformer;
import io.sightline.trainer.nets.Weight;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The network of a published version, built anew from what its descriptor says of it, to be trained further. */
public final class PublishedNet {

    private static final Pattern BACKBONE = Pattern.compile(
            "(?<name>\\S+) on \\d+ x \\d+[^,]*, (?<normalisation>\\w+)(?<mean>, mean of tokens)?, d = \\d+");
    private static final Pattern CONV =
            Pattern.compile("conv \\[(?<widths>[\\d, ]+)] on \\d+ x \\d+[^,]* x \\d, d = \\d+(?<averaged>, averaged)?");

    private PublishedNet() {}

    /**
     * A version's network, which starts with its weights, those of the head too.
     *
     * @throws ArtifactException if it cannot be read, is of a network that is not known here, or lacks weights of it
     */
    public static EmbeddingNet of(ModelArtifact artifact) {
        @Nullable EmbeddingNet net = find(artifact);
        if (net == null) {
            throw new ArtifactException("version " + artifact.descriptor().version() + " is '"
                    + artifact.descriptor().network() + "', which cannot be built from its words: name the weights that"
                    + " it was made of with --backbone");
        }
        return net;
    }

    /** The same; null for a network that is not known here. */
    public static @Nullable EmbeddingNet find(ModelArtifact artifact) {
        ModelDescriptor descriptor = artifact.descriptor();
        @Nullable EmbeddingNet bare = find(descriptor, Map.of()).orElse(null);
        if (bare == null) {
            return null;
        }
        Map<String, HostTensor> constants = PublishedWeights.read(artifact);
        Map<String, HostTensor> weights = new TreeMap<>();
        for (Weight weight : bare.weights()) {
            @Nullable HostTensor value = constants.get(weight.name());
            if (value == null || !Arrays.equals(value.shape(), weight.shape().asArray())) {
                throw new ArtifactException("the graph of version " + descriptor.version() + " lacks the weight "
                        + weight.name() + " " + weight.shape() + ": it was written by another build");
            }
            weights.put(weight.name(), value);
        }
        return find(descriptor, weights).orElseThrow();
    }

    private static Optional<EmbeddingNet> find(ModelDescriptor descriptor, Map<String, HostTensor> weights) {
        Matcher conv = CONV.matcher(descriptor.network());
        if (conv.matches()) {
            List<Integer> widths = Arrays.stream(conv.group("widths").split(", ", -1))
                    .map(Integer::valueOf)
                    .toList();
            ConvNet.Readout readout =
                    conv.group("averaged") == null ? ConvNet.Readout.POSITIONS : ConvNet.Readout.AVERAGE;
            return Optional.of(
                    new ConvNet(descriptor.preprocessing(), widths, descriptor.dimensions(), readout, weights));
        }
        Matcher words = BACKBONE.matcher(descriptor.network());
        if (!words.matches()) {
            return Optional.empty();
        }
        return Backbones.find(words.group("name"))
                .map(backbone -> new BackboneNet(
                        words.group("mean") == null ? backbone : pooled(backbone),
                        Normalisation.valueOf(words.group("normalisation").toUpperCase(Locale.ROOT)),
                        descriptor.preprocessing(),
                        descriptor.dimensions(),
                        weights));
    }

    private static Backbone pooled(Backbone backbone) {
        return backbone instanceof VisionTransformer transformer
                ? transformer.with(VisionTransformer.Pooling.MEAN)
                : backbone;
    }
}
