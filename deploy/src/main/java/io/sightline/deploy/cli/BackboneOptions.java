package io.sightline.deploy.cli;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.nets.BackboneNet;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.training.FineTuning;
import io.sightline.trainer.weights.BackboneFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A pretrained backbone to start from. */
final class BackboneOptions {

    @Option(
            names = "--backbone",
            paramLabel = "FILE",
            description =
                    "Start from a pretrained backbone: a .safetensors file with torchvision's or timm's names, the prefix"
                            + " of a TensorFlow checkpoint, or the folder of a SavedModel.")
    private @Nullable Path file;

    @Mixin
    private BackboneFileOptions format = new BackboneFileOptions();

    @Option(
            names = "--backbone-share",
            description = "Its learning rate as a share of --learning-rate, 0 to keep it as it is (default:"
                    + " ${DEFAULT-VALUE}).")
    private double share = FineTuning.DEFAULT.learningRateShare();

    @Option(
            names = "--layer-decay",
            description = "What its learning rate is multiplied by from each layer to the one below it (default:"
                    + " ${DEFAULT-VALUE}).")
    private double layerDecay = FineTuning.DEFAULT.layerDecay();

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

    private BackboneFile file() {
        if (file == null) {
            throw new IllegalArgumentException("there is no backbone: name its file with --backbone");
        }
        return format.of(file);
    }

    /** What is said of a backbone means nothing without one. */
    void requireGivenOrSilent() {
        if (!isGiven() && !format.isSilent()) {
            throw new IllegalArgumentException(
                    "--arch, --layout, --normalise and --pooling are of a backbone: name its file with --backbone");
        }
    }

    /** How the network is fine-tuned, if it has a backbone. */
    FineTuning fineTuning(EmbeddingNet net) {
        return net.hasBackbone() ? new FineTuning(share, layerDecay, headSteps, batchNorm) : FineTuning.NONE;
    }
}
