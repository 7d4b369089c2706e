package io.sightline.deploy.bench;

import java.util.Arrays;

/**
 * What a service says of itself at {@code GET /metrics}. Immutable.
 *
 * @param page in the Prometheus text format
 */
public record Meters(String page) {

    /** Steps of a trainer since the initial network. */
    long trainerSteps() {
        return required("sightline_trainer_steps_made ");
    }

    /** Training images in the replay store, as of the last step. */
    long replayImages() {
        return required("sightline_trainer_replay_images ");
    }

    /** Bytes of pixels in the replay store. */
    long replayBytes() {
        return required("sightline_trainer_replay_size_bytes ");
    }

    /** Java heap that the system has given the service, used or not. */
    long heapBytes() {
        return required("jvm_memory_committed_bytes{area=\"heap\"");
    }

    /** Images that a version's lane has embedded; 0 before there is one. */
    public long embedded(String version) {
        return (long) sum("sightline_embedder_images_total{version=\"" + version + "\"}");
    }

    /** Records that all lanes have given up. */
    long deadLetters() {
        return (long) sum("sightline_embedder_dead_letters_total{");
    }

    private long required(String start) {
        if (page.lines().noneMatch(line -> line.startsWith(start))) {
            throw new IllegalStateException("/metrics has no " + start);
        }
        return (long) sum(start);
    }

    /** Of all lines that begin so: a line is a meter's name and labels, a space and a value. */
    private double sum(String start) {
        return Arrays.stream(page.split("\n"))
                .filter(line -> line.startsWith(start))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
