package io.sightline.trainer.training;

import io.sightline.trainer.nets.EmbeddingNet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/**
 * Adds optimiser steps to a graph: of all weights, or of all but the backbone's; they share moments, averages and sums of
 * gradients. Not thread-safe.
 */
final class UpdateSteps {

    private final Ops tf;
    private final EmbeddingNet net;
    private final VariableWeights network;
    private final FineTuning fineTuning;
    private final StepFeeds feeds;
    private final WeightAverage average;
    private final AdamW optimiser = new AdamW();
    private final Gradients gradients;
    private final Operand<TFloat32> loss;
    private final @Nullable GradientCache cache;
    private final List<AdamW.Group> head;
    private final List<AdamW.Group> backbone;
    private final List<AdamW.Group> proxies;

    /**
     * Groups the weights.
     *
     * @param embeddings of the batch or, where it is trained on in parts, of a part of it
     * @param loss what is minimised
     */
    UpdateSteps(
            Graph graph,
            Ops tf,
            EmbeddingNet net,
            TrainingSettings settings,
            VariableWeights network,
            VariableWeights table,
            StepFeeds feeds,
            WeightAverage average,
            Operand<TFloat32> embeddings,
            Operand<TFloat32> loss) {
        this.tf = tf;
        this.net = net;
        this.network = network;
        this.fineTuning = settings.fineTuning();
        this.feeds = feeds;
        this.average = average;
        this.loss = loss;
        this.gradients = new Gradients(graph, tf, settings.precision().lossScale());
        this.cache = settings.isInParts() ? new GradientCache(tf, gradients, embeddings, loss) : null;
        float decay = (float) settings.weightDecay();
        head = group(ofBackbone(false), feeds.learningRate(), name -> 1, decay, feeds.powers());
        proxies = settings.loss().proxiesPerClass() == 0
                ? List.of()
                : group(table.trained(), feeds.proxyLearningRate(), name -> 1, 0, feeds.powers());
        backbone = fineTuning.isFrozen()
                ? List.of()
                : group(
                        ofBackbone(true),
                        feeds.backboneLearningRate(),
                        this::layerShare,
                        decay,
                        feeds.backbonePowers());
    }

    /** Whether there are steps of the head and the proxies alone. */
    boolean headFirst() {
        return !backbone.isEmpty() && fineTuning.headSteps() > 0;
    }

    /** The optimiser's moments by name. */
    Map<String, Variable<TFloat32>> moments() {
        return optimiser.slots();
    }

    /** Adds a step. */
    UpdateStep add(boolean withBackbone) {
        List<AdamW.Group> ofNetwork = new ArrayList<>(head);
        ofNetwork.addAll(withBackbone ? backbone : List.of());
        List<AdamW.Group> all = new ArrayList<>(ofNetwork);
        all.addAll(proxies);
        if (cache == null) {
            AdamW.Step update = optimiser.minimise(tf, gradients.of(loss, values(all)), all);
            List<Op> updates = new ArrayList<>(network.observations());
            updates.add(update.op());
            return new UpdateStep(averaged(updates), update.gradientNorm(), null);
        }
        Map<String, VariableWeights.Trained> weights = new LinkedHashMap<>();
        ofNetwork.forEach(group -> weights.putAll(group.weights()));
        GradientCache.Parts parts = cache.of(weights, network.observations());
        List<Operand<TFloat32>> sums = new ArrayList<>(parts.sums());
        if (!proxies.isEmpty()) {
            sums.addAll(gradients.of(loss, values(proxies)));
        }
        AdamW.Step update = optimiser.minimise(tf, sums, all);
        return new UpdateStep(averaged(List.of(update.op())), update.gradientNorm(), parts);
    }

    private Op averaged(List<Op> updates) {
        return average.after(tf, feeds.averageShare(), updates, network.variables());
    }

    private static List<Operand<TFloat32>> values(List<AdamW.Group> groups) {
        return groups.stream()
                .flatMap(group -> group.weights().values().stream())
                .map(VariableWeights.Trained::value)
                .toList();
    }

    /** None where there are no weights. */
    private List<AdamW.Group> group(
            Map<String, VariableWeights.Trained> weights,
            Operand<TFloat32> learningRate,
            ToDoubleFunction<String> share,
            float decay,
            AdamW.Powers powers) {
        return weights.isEmpty() ? List.of() : List.of(new AdamW.Group(weights, learningRate, share, decay, powers));
    }

    private double layerShare(String weight) {
        return fineTuning.layerShare(net.layersAbove(weight));
    }

    /** The weights of the backbone, or all others. */
    private Map<String, VariableWeights.Trained> ofBackbone(boolean wanted) {
        Map<String, VariableWeights.Trained> some = new LinkedHashMap<>(network.trained());
        some.keySet().removeIf(name -> net.isBackbone(name) != wanted);
        return some;
    }
}
