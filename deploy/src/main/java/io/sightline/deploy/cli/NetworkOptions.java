package io.sightline.deploy.cli;

import io.sightline.deploy.config.Configuration;
import io.sightline.deploy.config.RolloutConfig;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.publish.PublishedNet;
import io.sightline.trainer.rounds.RoundSettings;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.TrainingSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is trained, and how: options that several commands share. */
final class NetworkOptions {

    private static final int DIMENSIONS = 64;
    private static final double LEARNING_RATE = 3e-3;
    private static final double BACKBONE_LEARNING_RATE = 1e-3;

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

    @Option(names = "--dimensions", description = "Length of an embedding (default: 64).")
    private @Nullable Integer dimensions;

    @Option(names = "--widths", split = ",", description = "Channels of the network's stages (default: 32,64,128,128).")
    private @Nullable List<Integer> widths;

    @Option(names = "--seed", description = "Seed of weights and batches (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
            names = "--from",
            paramLabel = "VERSION",
            description = "Go on from the weights of a version that lies here, or from its folder. A checkpoint that is"
                    + " there already counts more. Say it at every start.")
    private @Nullable String from;

    @Option(
            names = "--preset",
            description = "Settings of the published runs in place of the defaults: ${COMPLETION-CANDIDATES}. Options"
                    + " that are given as well count.")
    private @Nullable Preset preset;

    @Mixin
    private BackboneOptions backbone = new BackboneOptions();

    @Mixin
    private LearningOptions learning = new LearningOptions();

    @Mixin
    private RoundOptions rounds = new RoundOptions();

    @Mixin
    private final ConfigOptions rollout = ConfigOptions.alone(RolloutConfig.class);

    enum Kind {
        AUTO,
        PHOTO,
        DRAWING
    }

    /** Whether the images are to be looked at; a backbone knows what it needs. */
    boolean isAuto() {
        return kind == Kind.AUTO && !backbone.isGiven() && from == null;
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

    /**
     * The network for what {@link #preprocessing} says; a backbone and a version have an input of their own.
     *
     * @param models where versions lie
     */
    EmbeddingNet net(Preprocessing preprocessing, Path models) {
        backbone.requireGivenOrSilent();
        if (from != null) {
            return continued(from, models);
        }
        if (!backbone.isGiven()) {
            if (preset != null) {
                throw new IllegalArgumentException(
                        "the runs of " + preset + " start from a pretrained network: name its weights with --backbone");
            }
            return new ConvNet(preprocessing, widths == null ? ConvNet.DEFAULT_WIDTHS : widths, length());
        }
        if (widths != null) {
            throw new IllegalArgumentException("a backbone has its own widths: leave --widths out");
        }
        if (kind == Kind.DRAWING) {
            throw new IllegalArgumentException("a backbone takes colours as they are: leave --images drawing out");
        }
        return backbone.open(imageSize, crop.crop(), length());
    }

    private int length() {
        return dimensions == null ? DIMENSIONS : dimensions;
    }

    private EmbeddingNet continued(String version, Path models) {
        if (backbone.isGiven() || widths != null || kind != Kind.AUTO) {
            throw new IllegalArgumentException(
                    "a version has its own network and input: leave --backbone, --widths and --images out beside --from");
        }
        EmbeddingNet net = PublishedNet.of(VersionFolder.find(version, models));
        Preprocessing input = net.preprocessing();
        requireSame(version, "--image-size", imageSize, input.size());
        requireSame(version, "--dimensions", dimensions, net.dimensions());
        requireSame(version, "--crop", crop.isGiven() ? crop.crop() : null, input.crop());
        return net;
    }

    /** Options may come from a preset: they are compared, not refused. */
    private static void requireSame(String version, String option, @Nullable Object asked, Object has) {
        if (asked != null && !asked.equals(has)) {
            throw new IllegalArgumentException("version " + version + " has " + option + " " + has + ", not " + asked
                    + ": say so, or start from another");
        }
    }

    TrainingSettings training(EmbeddingNet net) {
        Augmentation augmentation = net.preprocessing().invert() ? Augmentation.DRAWING : Augmentation.PHOTO;
        double usualLearningRate = net.hasBackbone() ? BACKBONE_LEARNING_RATE : LEARNING_RATE;
        return learning.settings(augmentation, usualLearningRate, seed)
                .with(draft -> draft.fineTuning = backbone.fineTuning(net));
    }

    /** When to train and publish; steps and interval as given where the options leave them open. */
    RoundSettings rounds(EmbeddingNet net, int otherSteps, Duration otherInterval) {
        return rounds(otherSteps, otherInterval, net.preprocessing());
    }

    private RoundSettings rounds(int otherSteps, Duration otherInterval, Preprocessing input) {
        return rounds.settings(otherSteps, otherInterval, input);
    }

    RoundSettings rounds(EmbeddingNet net) {
        return rounds(net, RoundSettings.DEFAULT.steps(), RoundSettings.DEFAULT.minInterval());
    }

    /** What the command line alone says of the rollout. */
    RolloutSettings rollout() {
        Configuration configuration = rollout.read();
        configuration.requireSound();
        return RolloutConfig.settings(configuration.get(RolloutConfig.class));
    }

    /** The options of the rollout, which is configured by itself. */
    ConfigOptions rolloutOptions() {
        return rollout;
    }

    /**
     * Tries what does not depend on a network.
     *
     * @return this
     * @throws IllegalArgumentException saying what is wrong
     */
    NetworkOptions requireSound() {
        learning.settings(Augmentation.PHOTO, LEARNING_RATE, seed);
        rounds(RoundSettings.DEFAULT.steps(), RoundSettings.DEFAULT.minInterval(), Preprocessing.PHOTO);
        return this;
    }
}
