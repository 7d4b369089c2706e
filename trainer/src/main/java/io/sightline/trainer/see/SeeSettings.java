package io.sightline.trainer.see;

import io.sightline.trainer.losses.MetricLoss;
import io.sightline.trainer.losses.ProxyAnchor;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * SEE and the loss that it extends. Immutable.
 *
 * @param proxyAnchor the loss
 * @param expansions E, synthetic embeddings of a sample
 * @param lambda weight of the synthetic term
 * @param schedule which samples of the batch are expanded
 * @param gradient where the synthetic term's gradient goes
 * @param term which part of Proxy-Anchor the synthetics enter
 */
public record SeeSettings(
        ProxyAnchor proxyAnchor,
        int expansions,
        double lambda,
        ExpansionSchedule schedule,
        Gradient gradient,
        Term term)
        implements MetricLoss {

    /** Steps over which the share of expanded samples rises, if nothing else is said. */
    public static final int RAMP_STEPS = 1000;

    /** Where the gradient of the synthetic term goes. */
    public sealed interface Gradient {

        /** As published: synthetics are constants, the term moves only the proxies. */
        Gradient DETACHED = new Detached();

        /** From the first step on it also flows through c, rho and u1 to the embedding. */
        Gradient THROUGH_Z = new ThroughZ(0);

        /** Constants. */
        record Detached() implements Gradient {}

        /**
         * To the embedding too, once the network has learned something.
         *
         * @param from progress at which it begins, in the units of the schedule
         */
        record ThroughZ(double from) implements Gradient {}
    }

    /** Which part of Proxy-Anchor the synthetics enter. */
    public enum Term {
        /** As published. */
        BOTH,
        /** The pushing part alone: the pulls of a sample's synthetics on its proxy all but cancel out. */
        NEGATIVE
    }

    /** E = 8 and lambda = 0.2 as in the published scripts, with a ramp of the given number of steps. */
    public static SeeSettings published(int rampSteps) {
        return new SeeSettings(
                ProxyAnchor.DEFAULT,
                8,
                0.2,
                ExpansionSchedule.Share.published(rampSteps),
                Gradient.DETACHED,
                Term.BOTH);
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the value and the allowed range
     */
    public SeeSettings {
        if (expansions < 1) {
            throw new IllegalArgumentException("SEE needs at least 1 expansion, not " + expansions);
        }
        if (!(lambda >= 0 && lambda < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("lambda must be 0 (SEE off) or more, not " + lambda);
        }
    }

    /** The same around another Proxy-Anchor. */
    public SeeSettings withProxyAnchor(ProxyAnchor other) {
        return new SeeSettings(other, expansions, lambda, schedule, gradient, term);
    }

    /** The same with another weight of the synthetic term. */
    public SeeSettings withLambda(double other) {
        return new SeeSettings(proxyAnchor, expansions, other, schedule, gradient, term);
    }

    /** The same with another number of expansions. */
    public SeeSettings withExpansions(int other) {
        return new SeeSettings(proxyAnchor, other, lambda, schedule, gradient, term);
    }

    /** The same with another choice of samples. */
    public SeeSettings withSchedule(ExpansionSchedule other) {
        return new SeeSettings(proxyAnchor, expansions, lambda, other, gradient, term);
    }

    /** The same with another way of the gradient. */
    public SeeSettings withGradient(Gradient other) {
        return new SeeSettings(proxyAnchor, expansions, lambda, schedule, other, term);
    }

    /** The same with another part of Proxy-Anchor. */
    public SeeSettings withTerm(Term other) {
        return new SeeSettings(proxyAnchor, expansions, lambda, schedule, gradient, other);
    }

    @Override
    public String name() {
        return "see";
    }

    @Override
    public int proxiesPerClass() {
        return proxyAnchor.proxiesPerClass();
    }

    @Override
    public <T extends TFloating> Outputs<T> build(Ops tf, Class<T> type, Inputs<T> inputs) {
        return SeeLoss.of(tf, type, this, inputs);
    }

    @Override
    public Expansion expansion(int samples, double progress, int dimensions, SplittableRandom random) {
        double[][] frame = RandomFrame.draw(expansions + 1, dimensions, random);
        double through = switch (gradient) {
            case Gradient.Detached constant -> 0;
            case Gradient.ThroughZ late -> progress >= late.from() ? 1 : 0;
        };
        return switch (schedule) {
            case ExpansionSchedule.Share share -> new Expansion(share.count(samples, progress), -2, through, frame);
            case ExpansionSchedule.Threshold threshold ->
                new Expansion(samples, threshold.at(progress), through, frame);
        };
    }

    /**
     * Checks that an embedding is long enough for the expansion.
     *
     * @throws IllegalArgumentException if d is below E + 1
     */
    @Override
    public void requireFits(int dimensions) {
        if (dimensions < expansions + 1) {
            throw new IllegalArgumentException(expansions + " expansions need embeddings of at least "
                    + (expansions + 1) + " dimensions, not " + dimensions + ": lower the one or raise the other");
        }
    }

    @Override
    public Map<String, String> describe() {
        Map<String, String> words = new TreeMap<>(proxyAnchor.describe());
        words.put("loss", name());
        words.put("see.expansions", String.valueOf(expansions));
        words.put("see.lambda", String.valueOf(lambda));
        words.put("see.selection", schedule.describe());
        words.put(
                "see.gradient",
                switch (gradient) {
                    case Gradient.Detached constant -> "detached";
                    case Gradient.ThroughZ late -> "through z from step " + (long) late.from();
                });
        words.put("see.term", term.name().toLowerCase(Locale.ROOT));
        return words;
    }
}
