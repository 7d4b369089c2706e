package io.sightline.deploy.bench;

import java.util.Arrays;

/**
 * What a trainer says of itself at {@code GET /metrics}.
 *
 * @param steps steps since the initial network
 * @param images training images in the replay store, as of the last step
 * @param bytes pixels in the replay store
 * @param heapBytes Java heap that the system has given it, used or not
 */
record TrainerFigures(long steps, long images, long bytes, long heapBytes) {

    /**
     * Reads the Prometheus text format.
     *
     * @throws IllegalStateException naming a meter that is not there
     */
    static TrainerFigures parse(String page) {
        return new TrainerFigures(
                sum(page, "sightline_trainer_steps_made "),
                sum(page, "sightline_trainer_replay_images "),
                sum(page, "sightline_trainer_replay_size_bytes "),
                sum(page, "jvm_memory_committed_bytes{area=\"heap\""));
    }

    /** Of all lines that begin so: a line is a meter's name and labels, a space and a value. */
    private static long sum(String page, String start) {
        double[] values = page.lines()
                .filter(line -> line.startsWith(start))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .toArray();
        if (values.length == 0) {
            throw new IllegalStateException("the trainer's /metrics has no " + start);
        }
        return (long) Arrays.stream(values).sum();
    }
}
