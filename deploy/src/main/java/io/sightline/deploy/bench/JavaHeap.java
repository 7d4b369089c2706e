package io.sightline.deploy.bench;

import java.util.List;

/**
 * The Java heap of a measured process. Immutable.
 *
 * @param size as {@code -Xmx} takes it
 * @param fixed whether it has its whole size from the start, every page of it resident: then what else moves in the
 *     resident memory of the process is outside of the heap
 */
record JavaHeap(String size, boolean fixed) {

    /** Checks the size. */
    JavaHeap {
        if (!size.matches("[1-9][0-9]*[kmgKMG]?")) {
            throw new IllegalArgumentException("the heap must be a size as -Xmx takes it, as 512m or 1g, not " + size);
        }
    }

    static JavaHeap fixed(String size) {
        return new JavaHeap(size, true);
    }

    static JavaHeap upTo(String size) {
        return new JavaHeap(size, false);
    }

    /** What the virtual machine is to be told. */
    List<String> options() {
        return fixed ? List.of("-Xms" + size, "-Xmx" + size, "-XX:+AlwaysPreTouch") : List.of("-Xmx" + size);
    }
}
