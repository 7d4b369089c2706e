package io.sightline.deploy.cli;

import io.sightline.trainer.training.Augmentation;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How training images are changed. */
final class AugmentationOptions {

    @Option(
            names = "--augment",
            description = "How training images are changed: ${COMPLETION-CANDIDATES}. 'drawing' and 'photo' turn, scale"
                    + " and shift a little; 'photo' and 'crop' mirror half of them; 'crop' takes random resized crops"
                    + " (default: drawing or photo, as the images are).")
    private @Nullable Kind kind;

    @Option(
            names = "--crop-area",
            paramLabel = "SHARE",
            description = "Of '--augment crop': the smallest share of the image that a crop takes (default: 0.2).")
    private @Nullable Double cropArea;

    @Option(
            names = "--jitter",
            paramLabel = "SHARE",
            description =
                    "Largest change of brightness, contrast and saturation either way (default: ${DEFAULT-VALUE}).")
    private double jitter;

    @Option(
            names = "--erasing",
            paramLabel = "PROBABILITY",
            description =
                    "How often a random rectangle of 2 to 33 %% of the area is erased (default: ${DEFAULT-VALUE}).")
    private double erasing;

    enum Kind {
        NONE,
        DRAWING,
        PHOTO,
        CROP;

        /** As it is written on a command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What the options ask for.
     *
     * @param usual of such images
     */
    Augmentation augmentation(Augmentation usual) {
        if (cropArea != null && kind != Kind.CROP) {
            throw new IllegalArgumentException("--crop-area is of random crops: add --augment crop");
        }
        Augmentation base = switch (kind) {
            case null -> usual;
            case NONE -> Augmentation.NONE;
            case DRAWING -> Augmentation.DRAWING;
            case PHOTO -> Augmentation.PHOTO;
            case CROP -> Augmentation.CROP;
        };
        return new Augmentation(
                base.degrees(),
                base.scale(),
                base.shift(),
                base.mirror(),
                cropArea == null ? base.leastArea() : cropArea,
                jitter,
                erasing);
    }
}
