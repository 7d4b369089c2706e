package io.sightline.trainer.see;

import java.util.Map;

/**
 * SEE and the loss that it extends. Immutable.
 *
 * @param proxyAnchor the loss
 * @param expansions E, synthetic embeddings of a sample
 * @param lambda weight of the synthetic term
 * @param schedule share of the batch that is expanded
 * @param gradient where the synthetic term's gradient goes
 */
public record SeeSettings(
        ProxyAnchor proxyAnchor, int expansions, double lambda, ExpansionSchedule.Share schedule, Gradient gradient) {

    /** Where the gradient of the synthetic term goes. */
    public enum Gradient {
        /** As published: synthetics are constants, the term moves only the proxies. */
        DETACHED,
        /** It also flows through c, rho and u1 to the embedding. */
        THROUGH_Z
    }

    /** E = 8 and lambda = 0.2 as in the published scripts, with a ramp of the given number of steps. */
    public static SeeSettings published(int rampSteps) {
        return new SeeSettings(
                ProxyAnchor.DEFAULT, 8, 0.2, ExpansionSchedule.Share.published(rampSteps), Gradient.DETACHED);
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
        if (!(lambda >= 0)) {
            throw new IllegalArgumentException("lambda must be 0 (SEE off) or more, not " + lambda);
        }
    }

    /**
     * Checks that an embedding is long enough for the expansion.
     *
     * @throws IllegalArgumentException if d is below E + 1
     */
    public void requireFits(int dimensions) {
        if (dimensions < expansions + 1) {
            throw new IllegalArgumentException(expansions + " expansions need embeddings of at least "
                    + (expansions + 1) + " dimensions, not " + dimensions + ": lower the one or raise the other");
        }
    }

    /** For a version's event and for people. */
    public Map<String, String> describe() {
        return Map.of(
                "loss", "proxy-anchor",
                "alpha", String.valueOf(proxyAnchor.alpha()),
                "margin", String.valueOf(proxyAnchor.margin()),
                "see.expansions", String.valueOf(expansions),
                "see.lambda", String.valueOf(lambda),
                "see.share", schedule.min() + ".." + schedule.max() + " over " + schedule.length() + " steps",
                "see.gradient", gradient.name().toLowerCase(java.util.Locale.ROOT));
    }
}
