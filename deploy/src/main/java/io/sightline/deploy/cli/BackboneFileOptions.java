package io.sightline.deploy.cli;

import io.sightline.trainer.nets.Normalisation;
import io.sightline.trainer.nets.VisionTransformer;
import io.sightline.trainer.weights.BackboneFile;
import io.sightline.trainer.weights.Layout;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a file of weights does not say of itself. */
final class BackboneFileOptions {

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
                    + " imagenet for ResNet; has to be said of a ViT, and of a SavedModel that takes float32).")
    private @Nullable Normalisation normalisation;

    @Option(names = "--pooling", description = "Of a vision transformer: ${COMPLETION-CANDIDATES} (default: token).")
    private VisionTransformer.@Nullable Pooling pooling;

    BackboneFile of(Path file) {
        return new BackboneFile(file, architecture, layout, normalisation, pooling);
    }

    /** Whether nothing is said. */
    boolean isSilent() {
        return architecture == null && layout == null && normalisation == null && pooling == null;
    }
}
