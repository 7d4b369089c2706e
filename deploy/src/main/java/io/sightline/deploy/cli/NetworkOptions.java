package io.sightline.deploy.cli;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.rounds.RoundSettings;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.TrainingSettings;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is trained, and how: options that several commands share. */
final class NetworkOptions {

    @Option(
            names = "--images",
            description = "What the images are: ${COMPLETION-CANDIDATES}. 'auto' looks at the first ones (demo), and"
                    + " is 'photo' where there are none yet.")
    private Kind kind = Kind.AUTO;

    @Option(
            names = "--image-size",
            description = "Side of the network's input in pixels (28 for drawings, 64 for photos).")
    private @Nullable Integer imageSize;

    @Mixin
    private CropOption crop = new CropOption();

    @Option(names = "--dimensions", description = "Length of an embedding (default: ${DEFAULT-VALUE}).")
    private int dimensions = 64;

    @Option(names = "--widths", split = ",", description = "Channels of the network's stages (default: 32,64,128,128).")
    private @Nullable List<Integer> widths;

    @Option(names = "--seed", description = "Seed of weights and batches (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Mixin
    private BackboneOptions backbone = new BackboneOptions();

    @Mixin
    private LearningOptions learning = new LearningOptions();

    @Mixin
    private RoundOptions rounds = new RoundOptions();

    @Mixin
    private RolloutOptions rollout = new RolloutOptions();

    enum Kind {
        AUTO,
        PHOTO,
        DRAWING
    }

    /** Whether the images are to be looked at; a backbone knows what it needs. */
    boolean isAuto() {
        return kind == Kind.AUTO && !backbone.isGiven();
    }

    /** The preprocessing that the options ask for; the given one where they leave it open. */
    Preprocessing preprocessing(Preprocessing otherwise) {
        Preprocessing base = switch (kind) {
            case AUTO -> otherwise;
            case PHOTO -> Preprocessing.PHOTO;
            case DRAWING -> Preprocessing.DRAWING;
        };
        int size = imageSize == null ? base.size() : imageSize;
        return new Preprocessing(size, base.channels(), base.invert(), crop.crop());
    }

    /** The network for what {@link #preprocessing} says; a backbone may have an input of its own. */
    EmbeddingNet net(Preprocessing preprocessing) {
        backbone.requireGivenOrSilent();
        if (!backbone.isGiven()) {
            return new ConvNet(preprocessing, widths == null ? ConvNet.DEFAULT_WIDTHS : widths, dimensions);
        }
        if (widths != null) {
            throw new IllegalArgumentException("a backbone has its own widths: leave --widths out");
        }
        if (kind == Kind.DRAWING) {
            throw new IllegalArgumentException("a backbone takes colours as they are: leave --images drawing out");
        }
        return backbone.open(imageSize, crop.crop(), dimensions);
    }

    TrainingSettings training(Preprocessing preprocessing) {
        boolean drawings = preprocessing.invert() && !backbone.isGiven();
        Augmentation augmentation = drawings ? Augmentation.DRAWING : Augmentation.PHOTO;
        return learning.settings(augmentation, seed).with(draft -> draft.fineTuning = backbone.fineTuning());
    }

    /** When to train and publish; steps and interval as given where the options leave them open. */
    RoundSettings rounds(int otherSteps, Duration otherInterval) {
        return rounds.settings(otherSteps, otherInterval);
    }

    RoundSettings rounds() {
        return rounds(RoundSettings.DEFAULT.steps(), RoundSettings.DEFAULT.minInterval());
    }

    RolloutSettings rollout() {
        return rollout.settings();
    }
}
