package io.sightline.deploy.cli;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.HeadlessNet;
import io.sightline.trainer.nets.Normalisation;
import io.sightline.trainer.nets.VisionTransformer;
import io.sightline.trainer.training.FineTuning;
import io.sightline.trainer.weights.BackboneFile;
import io.sightline.trainer.weights.Layout;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A pretrained backbone to start from. */
final class BackboneOptions {

    @Option(
            names = "--backbone",
            paramLabel = "FILE",
            description = "Start from a pretrained backbone: a .safetensors file with torchvision's or timm's names.")
    private @Nullable Path file;

    @Option(
            names = "--arch",
            paramLabel = "NAME",
            description = "Its architecture: mobilenet_v1_050, resnet50, vit_small_patch16, ..; resnet-3-4-6-3-w64 and"
                    + " vit-p16-d384-l12-h6 for others (default: what the file says).")
    private @Nullable String architecture;

    @Option(
            names = "--layout",
            description = "How its kernels are laid out: ${COMPLETION-CANDIDATES} (default: what the file says).")
    private @Nullable Layout layout;

    @Option(
            names = "--normalise",
            description = "What it expects of pixels: ${COMPLETION-CANDIDATES} (default: centred for MobileNet,"
                    + " imagenet for ResNet; has to be said of a ViT).")
    private @Nullable Normalisation normalisation;

    @Option(names = "--pooling", description = "Of a vision transformer: ${COMPLETION-CANDIDATES} (default: token).")
    private VisionTransformer.@Nullable Pooling pooling;

    @Option(
            names = "--backbone-share",
            description = "Its learning rate as a share of --learning-rate, 0 to keep it as it is (default:"
                    + " ${DEFAULT-VALUE}).")
    private double share = FineTuning.DEFAULT.learningRateShare();

    @Option(
            names = "--head-steps",
            description = "Steps in which head and proxies learn alone first (default: ${DEFAULT-VALUE}).")
    private long headSteps = FineTuning.DEFAULT.headSteps();

    @Option(
            names = "--batch-norm",
            description = "Statistics of its batch norms in training: ${COMPLETION-CANDIDATES} (default:"
                    + " ${DEFAULT-VALUE}).")
    private FineTuning.BatchNorm batchNorm = FineTuning.DEFAULT.batchNorm();

    boolean isGiven() {
        return file != null;
    }

    BackboneNet open(@Nullable Integer size, Preprocessing.Crop crop, int dimensions) {
        return file().open(size, crop, dimensions);
    }

    HeadlessNet openHeadless(@Nullable Integer size, Preprocessing.Crop crop) {
        return file().openHeadless(size, crop);
    }

    private BackboneFile file() {
        if (file == null) {
            throw new IllegalArgumentException("there is no backbone: name its file with --backbone");
        }
        return new BackboneFile(file, architecture, layout, normalisation, pooling);
    }

    /** What is said of a backbone means nothing without one. */
    void requireGivenOrSilent() {
        boolean isSilent = architecture == null && layout == null && normalisation == null && pooling == null;
        if (!isGiven() && !isSilent) {
            throw new IllegalArgumentException(
                    "--arch, --layout, --normalise and --pooling are of a backbone: name its file with --backbone");
        }
    }

    FineTuning fineTuning() {
        return isGiven() ? new FineTuning(share, headSteps, batchNorm) : FineTuning.NONE;
    }
}
