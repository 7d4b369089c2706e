package io.sightline.deploy.faults;

import java.time.Duration;

/**
 * What an embedder has to survive. Immutable.
 *
 * @param length how long there are faults
 * @param images sent, some before the first fault and most of them between faults
 * @param killEvery time between two kills of an embedder
 * @param brokerKills how often the same broker is killed
 * @param transactionVersion Kafka's feature transaction.version on the brokers
 * @param seed of the images, the networks, the broker that is killed, and the moments
 */
public record FaultSettings(
        Duration length, int images, Duration killEvery, int brokerKills, short transactionVersion, long seed) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the setting
     */
    public FaultSettings {
        if (length.isNegative() || length.isZero() || killEvery.isNegative() || killEvery.isZero()) {
            throw new IllegalArgumentException(
                    "length and time between kills must be positive: " + length + ", " + killEvery);
        }
        if (images < 1 || brokerKills < 0) {
            throw new IllegalArgumentException(
                    "there must be an image at least, and no negative number of broker kills: " + images + ", "
                            + brokerKills);
        }
    }
}
