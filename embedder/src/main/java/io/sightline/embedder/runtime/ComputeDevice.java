package io.sightline.embedder.runtime;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a network runs on; images are decoded on the CPU in any case. Immutable.
 *
 * <p>Unverified: nothing has run on a GPU yet. Without one, {@code auto} and {@code cpu} give the same vectors.
 */
public sealed interface ComputeDevice {

    /** The first GPU that TensorFlow sees, and the CPU if it sees none. */
    static ComputeDevice auto() {
        return new Auto();
    }

    /**
     * Reads {@code auto}, {@code cpu} or {@code gpu:N}, as {@code toString} writes them.
     *
     * @throws IllegalArgumentException naming what it may be
     */
    static ComputeDevice parse(String text) {
        Matcher gpu = Gpu.NAME.matcher(text);
        if (gpu.matches()) {
            return new Gpu(Integer.parseInt(gpu.group(1)));
        }
        return switch (text) {
            case "auto" -> new Auto();
            case "cpu" -> new Cpu();
            default ->
                throw new IllegalArgumentException(
                        "'" + text + "' is no device; there are auto, cpu and gpu:N, for instance gpu:0");
        };
    }

    /**
     * Looks whether it is there.
     *
     * @throws DeviceUnavailableException if it is a GPU that TensorFlow does not see
     */
    default void requireAvailable() {
        if (this instanceof Gpu gpu) {
            VisibleGpus.require(gpu);
        }
    }

    /** See {@link ComputeDevice#auto}. */
    record Auto() implements ComputeDevice {
        @Override
        public String toString() {
            return "auto";
        }
    }

    /** The CPU, also where there is a GPU. */
    record Cpu() implements ComputeDevice {
        @Override
        public String toString() {
            return "cpu";
        }
    }

    /**
     * One GPU; what it has no kernel for runs on the CPU.
     *
     * @param number from 0, among those that TensorFlow sees: CUDA_VISIBLE_DEVICES says which these are
     */
    record Gpu(int number) implements ComputeDevice {

        private static final Pattern NAME = Pattern.compile("gpu:(\\d{1,4})");

        /**
         * Checks the number.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Gpu {
            if (number < 0) {
                throw new IllegalArgumentException("GPUs are numbered from 0, not " + number);
            }
        }

        @Override
        public String toString() {
            return "gpu:" + number;
        }
    }
}
