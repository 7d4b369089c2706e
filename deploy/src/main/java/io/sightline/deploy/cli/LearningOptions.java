package io.sightline.deploy.cli;

import io.sightline.trainer.losses.Combined;
import io.sightline.trainer.losses.MetricLoss;
import io.sightline.trainer.losses.MultiSimilarity;
import io.sightline.trainer.losses.NormSoftmax;
import io.sightline.trainer.losses.ProxyAnchor;
import io.sightline.trainer.losses.ProxyNcaPlusPlus;
import io.sightline.trainer.losses.SoftTriple;
import io.sightline.trainer.losses.SupCon;
import io.sightline.trainer.see.ExpansionSchedule;
import io.sightline.trainer.see.SeeSettings;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.LearningRateSchedule;
import io.sightline.trainer.training.Precision;
import io.sightline.trainer.training.TrainingSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How steps are made. */
final class LearningOptions {

    @Option(
            names = "--loss",
            converter = LossName.class,
            description = "see, proxy-anchor, multi-similarity, supcon, proxy-nca++, soft-triple or norm-softmax,"
                    + " and with +supcon or +multi-similarity behind it such a loss between samples as well"
                    + " (default: see).")
    private MetricLoss loss = SeeSettings.published(SeeSettings.RAMP_STEPS);

    @Option(names = "--alpha", description = "see and proxy-anchor: their scale (default: ${DEFAULT-VALUE}).")
    private double alpha = ProxyAnchor.DEFAULT.alpha();

    @Option(names = "--expansions", description = "SEE: synthetic embeddings of a sample, E (default: 8).")
    private int expansions = 8;

    @Option(names = "--lambda", description = "SEE: weight of the synthetic embeddings (default: 0.2).")
    private double lambda = 0.2;

    @Option(names = "--through-z", description = "SEE: the synthetics' gradient reaches the embedding.")
    private boolean throughZ;

    @Option(names = "--batch-classes", description = "P classes in a batch (default: ${DEFAULT-VALUE}).")
    private int classes = 32;

    @Option(names = "--batch-images", description = "K images of each class (default: ${DEFAULT-VALUE}).")
    private int images = 4;

    @Option(
            names = "--recent",
            description = "Share of a class's images in a batch that are drawn from its latest quarter"
                    + " (default: ${DEFAULT-VALUE}).")
    private double recent;

    @Option(
            names = "--ramp-steps",
            description = "SEE: steps over which the share of expanded samples rises to 0.4 (default:"
                    + " ${DEFAULT-VALUE}).")
    private int rampSteps = SeeSettings.RAMP_STEPS;

    @Option(
            names = "--learning-rate",
            description = "Peak learning rate of the network (default: 0.003, and 0.001 with a backbone).")
    private @Nullable Double learningRate;

    @Option(
            names = "--proxy-learning-rate",
            description = "Peak learning rate of the proxies (default: ${DEFAULT-VALUE}).")
    private double proxyLearningRate = 3e-2;

    @Option(
            names = "--schedule",
            description = "How learning rates fall in a round: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})."
                    + " step halves them after each fifth of it.")
    private LearningRateSchedule schedule = LearningRateSchedule.COSINE;

    @Option(names = "--weight-decay", description = "AdamW's, on kernels (default: ${DEFAULT-VALUE}).")
    private double weightDecay = 1e-4;

    @Option(
            names = "--micro-batch",
            paramLabel = "IMAGES",
            description = "Images of a batch that are on the device at a time, 0 for all: less memory, a third more"
                    + " work, the same gradient but for batch norms that run (default: ${DEFAULT-VALUE}).")
    private int microBatch;

    @Option(
            names = "--precision",
            description = "What is computed with: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). mixed is"
                    + " float16 on a GPU, bfloat16 on a CPU that multiplies such, and float32 on others.")
    private Precision precision = Precision.FLOAT32;

    @Option(
            names = "--averaging",
            description = "Decay of the averaged weights that are served, 0 for the last weights"
                    + " (default: ${DEFAULT-VALUE}).")
    private double averaging;

    @Option(
            names = "--tie",
            description = "Weight of the cosine distance to the active version's embedding: what search loses between"
                    + " versions against what the new one gains (default: ${DEFAULT-VALUE}).")
    private double tie;

    @Option(
            names = "--quarter-turns",
            description = "Each class turned by 90, 180 and 270 degrees counts as one of its own; for drawings.")
    private boolean quarterTurns;

    @Mixin
    private AugmentationOptions augmentation = new AugmentationOptions();

    /**
     * The settings.
     *
     * @param usual augmentation where none is asked for
     * @param usualLearningRate where the options leave it open
     */
    TrainingSettings settings(Augmentation usual, double usualLearningRate, long seed) {
        MetricLoss chosen = tuned(loss);
        return TrainingSettings.defaults(augmentation.augmentation(usual), seed).with(draft -> {
            draft.loss = chosen;
            draft.classesPerBatch = classes;
            draft.imagesPerClass = images;
            draft.recent = recent;
            draft.learningRate = learningRate == null ? usualLearningRate : learningRate;
            draft.proxyLearningRate = proxyLearningRate;
            draft.weightDecay = weightDecay;
            draft.schedule = schedule;
            draft.microBatch = microBatch;
            draft.precision = precision;
            draft.averaging = averaging;
            draft.tie = tie;
            draft.quarterTurns = quarterTurns;
        });
    }

    private MetricLoss tuned(MetricLoss some) {
        return switch (some) {
            case SeeSettings see ->
                see.withProxyAnchor(softened(see.proxyAnchor()))
                        .withExpansions(expansions)
                        .withSchedule(ExpansionSchedule.Share.published(rampSteps))
                        .withLambda(lambda)
                        .withGradient(throughZ ? SeeSettings.Gradient.THROUGH_Z : SeeSettings.Gradient.DETACHED);
            case ProxyAnchor anchor -> softened(anchor);
            case Combined combined -> new Combined(tuned(combined.main()), combined.between(), combined.weight());
            default -> some;
        };
    }

    private ProxyAnchor softened(ProxyAnchor anchor) {
        return new ProxyAnchor(alpha, anchor.margin(), anchor.proxiesPerClass());
    }

    static final class LossName implements ITypeConverter<MetricLoss> {
        @Override
        public MetricLoss convert(String value) {
            for (MetricLoss between : List.of(SupCon.DEFAULT, MultiSimilarity.DEFAULT)) {
                String suffix = "+" + between.name();
                if (value.endsWith(suffix)) {
                    String main = value.substring(0, value.length() - suffix.length());
                    return combined(single(main, value), between);
                }
            }
            return single(value, value);
        }

        private static MetricLoss combined(MetricLoss main, MetricLoss between) {
            try {
                return new Combined(main, between, 1);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }

        private static MetricLoss single(String name, String value) {
            return switch (name) {
                case "see" -> SeeSettings.published(SeeSettings.RAMP_STEPS);
                case "proxy-anchor" -> ProxyAnchor.DEFAULT;
                case "multi-similarity" -> MultiSimilarity.DEFAULT;
                case "supcon" -> SupCon.DEFAULT;
                case "proxy-nca++" -> ProxyNcaPlusPlus.DEFAULT;
                case "soft-triple" -> SoftTriple.DEFAULT;
                case "norm-softmax" -> NormSoftmax.DEFAULT;
                default ->
                    throw new TypeConversionException("'" + value + "' is none of see, proxy-anchor, multi-similarity,"
                            + " supcon, proxy-nca++, soft-triple, norm-softmax, nor one of them with +supcon or"
                            + " +multi-similarity");
            };
        }
    }
}
