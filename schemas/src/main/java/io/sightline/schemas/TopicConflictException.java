package io.sightline.schemas;

/** A topic exists with another number of partitions than it should have. */
public final class TopicConflictException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Names the topic and both numbers. */
    public TopicConflictException(String topic, int wanted, int actual) {
        super("topic " + topic + " has " + actual + " partitions, not " + wanted + ": start with --partitions " + actual
                + ", or use another cluster; changing the number would move image ids between partitions");
    }
}
