package io.sightline.deploy.cli;

import io.sightline.embedder.image.Preprocessing.Crop;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which part of an image a network sees. */
final class CropOption {

    @Option(
            names = "--crop",
            description = "Part of an image that the network sees: ${COMPLETION-CANDIDATES}. 'square' is all of its"
                    + " centre square; 'centre' is how the field evaluates, the shorter side scaled to 256 / 224 of the"
                    + " input and the rim cut off (default: square).")
    private @Nullable Crop crop;

    boolean isGiven() {
        return crop != null;
    }

    Crop crop() {
        return crop == null ? Crop.SQUARE : crop;
    }
}
