package io.sightline.trainer.training;

import com.sun.management.OperatingSystemMXBean;
import io.sightline.trainer.nets.Activations;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.nets.Weight;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;

/**
 * What a training step takes of the device's memory at its peak: an estimate, before anything is allocated. Proxies come
 * on top, 16 bytes for each of their numbers.
 *
 * @param weights numbers that are trained or observed
 * @param stateBytes weights, gradients, moments, and averages and sums of gradients where there are such
 * @param activationBytes what is kept of the images that are on the device at a time
 * @param images how many these are
 */
public record MemoryPlan(long weights, long stateBytes, long activationBytes, int images) {

    private static final double MEGA = 1e6;
    /** A gradient on its way down, what it is made of, and an operation's workspace. */
    private static final int IN_PASSING = 3;

    /** Plans the training of a network. */
    public static MemoryPlan of(EmbeddingNet net, TrainingSettings settings) {
        List<Weight> all = net.weights();
        long weights = size(all);
        boolean isFrozen = settings.fineTuning().isFrozen();
        long trained = size(all.stream()
                .filter(weight -> weight.isTrained() && !(isFrozen && net.isBackbone(weight.name())))
                .toList());
        long copies = settings.isInParts() ? 4 : 3;
        long numbers = weights + copies * trained + (settings.averaging() > 0 ? weights : 0);
        Activations activations = Activations.of(net);
        long kept = isFrozen ? 0 : activations.kept();
        int images = settings.imagesAtATime();
        return new MemoryPlan(
                weights,
                numbers * Float.BYTES,
                images * (kept + IN_PASSING * activations.largest()) * Float.BYTES,
                images);
    }

    /** All of it together. */
    public long peakBytes() {
        return stateBytes + activationBytes;
    }

    /** Whether this machine has so much memory. A GPU's own is not looked at. */
    public boolean fitsThisMachine() {
        return peakBytes() <= memory();
    }

    /** For people, with what to do where it is more than this machine has. */
    public String onThisMachine() {
        return in(memory());
    }

    private static long memory() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    }

    String in(long memoryBytes) {
        return peakBytes() <= memoryBytes
                ? toString()
                : String.format(
                        Locale.ROOT,
                        "%s: more than the %.0f MB of this machine; put fewer images on the device at a time"
                                + " (--micro-batch)",
                        this,
                        memoryBytes / MEGA);
    }

    /** For people. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.1f M weights; some %.0f MB at the peak of a step: %.0f of weights, gradients and moments, %.0f of %d"
                        + " images at a time",
                weights / MEGA,
                peakBytes() / MEGA,
                stateBytes / MEGA,
                activationBytes / MEGA,
                images);
    }

    private static long size(List<Weight> weights) {
        return weights.stream().mapToLong(weight -> weight.shape().size()).sum();
    }
}
