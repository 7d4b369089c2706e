package io.sightline.trainer.weights;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.nets.Backbone;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.Backbones;
import io.sightline.trainer.nets.MobileNetV1;
import io.sightline.trainer.nets.Normalisation;
import io.sightline.trainer.nets.ResNet;
import io.sightline.trainer.nets.VisionTransformer;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pretrained backbone in a file, and what has to be known to use it. What is left open is taken from the file, or what
 * networks of its family usually have.
 *
 * @param file a safetensors file
 * @param architecture see {@link Backbones#NAMES}; null for what the file's metadata says
 * @param layout null for what the file's metadata says
 * @param normalisation null for what is usual
 * @param pooling of a vision transformer; null for the class token
 */
public record BackboneFile(
        Path file,
        @Nullable String architecture,
        @Nullable Layout layout,
        @Nullable Normalisation normalisation,
        VisionTransformer.@Nullable Pooling pooling) {

    private static final int SMALL = 96;
    private static final int USUAL = 224;

    /**
     * The network, with a head that starts at random.
     *
     * @param size side of its input in pixels; null for what is usual
     * @param dimensions d, length of an embedding
     * @throws WeightFileException naming everything in the file that does not fit
     * @throws IllegalArgumentException if architecture, layout or size cannot be used
     */
    public BackboneNet open(@Nullable Integer size, int dimensions) {
        Safetensors weights = Safetensors.open(file);
        Backbone backbone = backbone(weights);
        Preprocessing preprocessing = new Preprocessing(size == null ? usualSize(backbone) : size, 3, false);
        Normalisation normalised = normalisation == null ? usualNormalisation(backbone) : normalisation;
        BackboneNet bare = new BackboneNet(backbone, normalised, preprocessing, dimensions, Map.of());
        return new BackboneNet(
                backbone,
                normalised,
                preprocessing,
                dimensions,
                PretrainedWeights.read(weights, layout(weights), bare.weights()).tensors());
    }

    private Backbone backbone(Safetensors weights) {
        String said = weights.metadata().getOrDefault("architecture", "");
        if (architecture == null && Backbones.find(said).isEmpty()) {
            throw new IllegalArgumentException(
                    file + " does not say of which architecture it is: name it with --arch, one of " + Backbones.NAMES);
        }
        Backbone backbone = Backbones.named(architecture == null ? said : architecture);
        if (pooling == null) {
            return backbone;
        }
        if (backbone instanceof VisionTransformer transformer) {
            return transformer.with(pooling);
        }
        throw new IllegalArgumentException(backbone.name() + " has no tokens to pool: leave --pooling out");
    }

    private Layout layout(Safetensors weights) {
        if (layout != null) {
            return layout;
        }
        return Layout.of(weights.metadata())
                .orElseThrow(() -> new IllegalArgumentException(
                        file + " does not say how its kernels are laid out: add --layout pytorch or tensorflow"));
    }

    private static int usualSize(Backbone backbone) {
        return switch (backbone) {
            case MobileNetV1 some -> SMALL;
            case ResNet some -> USUAL;
            case VisionTransformer some -> USUAL;
        };
    }

    private static Normalisation usualNormalisation(Backbone backbone) {
        return switch (backbone) {
            case MobileNetV1 some -> Normalisation.CENTRED;
            case ResNet some -> Normalisation.IMAGENET;
            case VisionTransformer some -> Normalisation.IMAGENET;
        };
    }
}
