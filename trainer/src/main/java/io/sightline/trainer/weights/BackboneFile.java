package io.sightline.trainer.weights;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.foreign.ForeignModel;
import io.sightline.trainer.foreign.ForeignModelException;
import io.sightline.trainer.nets.Backbone;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.Backbones;
import io.sightline.trainer.nets.HeadlessNet;
import io.sightline.trainer.nets.MobileNetV1;
import io.sightline.trainer.nets.Normalisation;
import io.sightline.trainer.nets.ResNet;
import io.sightline.trainer.nets.SavedModelBackbone;
import io.sightline.trainer.nets.VisionTransformer;
import io.sightline.trainer.nets.Weight;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A pretrained backbone in a file, and what has to be known to use it. What is left open is taken from the file, or what
 * networks of its family usually have.
 *
 * @param file a safetensors file, or a TensorFlow checkpoint: its prefix or any of its files, or the folder of a SavedModel
 * @param architecture see {@link Backbones#NAMES}; null for what the file's metadata says, and for a SavedModel
 * @param layout null for what the file's metadata says, and for a SavedModel
 * @param normalisation null for what is usual; of vision transformers and SavedModels that take float32 it has to be said
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
    private static final int SHORTEST = 2;
    private static final Pattern SIZE = Pattern.compile("vit_.*_(\\d{3})");

    /**
     * The network, with a head that starts at random.
     *
     * @param size side of its input in pixels; null for what is usual
     * @param dimensions d, length of an embedding
     * @throws WeightFileException naming everything in the file that does not fit
     * @throws ForeignModelException if a SavedModel cannot be fine-tuned
     * @throws IllegalArgumentException if architecture, layout or size cannot be used
     */
    public BackboneNet open(@Nullable Integer size, int dimensions) {
        return open(size, Preprocessing.Crop.SQUARE, dimensions);
    }

    /** The same with the part of an image that it sees. */
    public BackboneNet open(@Nullable Integer size, Preprocessing.Crop crop, int dimensions) {
        Optional<Path> savedModel = ForeignModel.find(file);
        if (savedModel.isPresent()) {
            return openSavedModel(savedModel.get(), size, crop, dimensions);
        }
        WeightSource weights = WeightSource.open(file);
        BackboneNet bare = bare(weights, size, crop, dimensions);
        return with(bare, read(weights, bare.weights()));
    }

    /**
     * The backbone alone; a head that the file may have is left out. See {@link #open}.
     *
     * @param size side of its input in pixels; null for what is usual
     * @param crop part of an image that it sees
     */
    public HeadlessNet openHeadless(@Nullable Integer size, Preprocessing.Crop crop) {
        Optional<Path> savedModel = ForeignModel.find(file);
        if (savedModel.isPresent()) {
            return new HeadlessNet(openSavedModel(savedModel.get(), size, crop, SHORTEST));
        }
        WeightSource weights = WeightSource.open(file);
        BackboneNet bare = bare(weights, size, crop, SHORTEST);
        List<Weight> wanted = new HeadlessNet(bare).weights();
        return new HeadlessNet(with(bare, read(weights, wanted)));
    }

    private BackboneNet openSavedModel(
            Path directory, @Nullable Integer size, Preprocessing.Crop crop, int dimensions) {
        if (architecture != null || layout != null || pooling != null) {
            throw new IllegalArgumentException(
                    directory + " is a SavedModel, which says by itself how it is built: leave --arch, --layout and"
                            + " --pooling out");
        }
        return SavedModelWeights.open(directory, normalisation, size, crop, dimensions);
    }

    private PretrainedWeights read(WeightSource weights, List<Weight> wanted) {
        return SlimMobileNet.wrote(weights)
                ? SlimMobileNet.read(weights, layout(weights), wanted)
                : PretrainedWeights.read(weights, layout(weights), wanted);
    }

    private BackboneNet bare(WeightSource weights, @Nullable Integer size, Preprocessing.Crop crop, int dimensions) {
        Backbone backbone = backbone(weights);
        Preprocessing preprocessing =
                new Preprocessing(size == null ? usualSize(weights, backbone) : size, 3, false, crop);
        Normalisation normalised = normalisation == null ? usualNormalisation(weights, backbone) : normalisation;
        return new BackboneNet(backbone, normalised, preprocessing, dimensions, Map.of());
    }

    private static BackboneNet with(BackboneNet bare, PretrainedWeights weights) {
        return new BackboneNet(
                bare.backbone(), bare.normalisation(), bare.preprocessing(), bare.dimensions(), weights.tensors());
    }

    private Backbone backbone(WeightSource weights) {
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

    private Layout layout(WeightSource weights) {
        if (layout != null) {
            return layout;
        }
        return Layout.of(weights.metadata())
                .orElseThrow(() -> new IllegalArgumentException(
                        file + " does not say how its kernels are laid out: add --layout pytorch or tensorflow"));
    }

    /** As at the end of timm's names, for instance {@code vit_small_patch16_384}. */
    private int usualSize(WeightSource weights, Backbone backbone) {
        String said = weights.metadata().getOrDefault("architecture", "");
        Matcher named = SIZE.matcher(architecture == null ? said : architecture);
        if (named.matches()) {
            return Integer.parseInt(named.group(1));
        }
        return backbone instanceof MobileNetV1 ? SMALL : USUAL;
    }

    private Normalisation usualNormalisation(WeightSource weights, Backbone backbone) {
        return switch (backbone) {
            case MobileNetV1 some -> SlimMobileNet.wrote(weights) ? Normalisation.HALF : Normalisation.CENTRED;
            case ResNet some -> Normalisation.IMAGENET;
            case SavedModelBackbone some -> Normalisation.RAW;
            case VisionTransformer some ->
                throw new IllegalArgumentException(file + " does not say what " + some.name()
                        + " expects of pixels, and they differ: add --normalise half for timm's own ViTs, imagenet for"
                        + " DeiT and DINO, clip for CLIP");
        };
    }
}
