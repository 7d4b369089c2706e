package io.sightline.indexer.deadletters;

/** Whether a dead event still matters: what has become of its image since. */
public sealed interface Deadness {

    /** The same in words that follow "it". */
    String description();

    /** The event is the newest of its image, so the image is missing from the index of the versions that gave it up. */
    record Newest() implements Deadness {
        @Override
        public String description() {
            return "is still the newest event of its image";
        }
    }

    /** The newest event of the image is a redrive of this one. */
    record Redriven(Coordinates as) implements Deadness {
        @Override
        public String description() {
            return "was redriven already, as " + as;
        }
    }

    /** The image has a newer event. */
    record Replaced(Coordinates by) implements Deadness {
        @Override
        public String description() {
            return "was replaced since, by " + by;
        }
    }

    /** The image was deleted. */
    record Deleted(Coordinates by) implements Deadness {
        @Override
        public String description() {
            return "was deleted since, by " + by;
        }
    }

    /** Nothing of the image is left in the topic, not even a deletion: compaction or retention has removed all. */
    record Gone() implements Deadness {
        @Override
        public String description() {
            return "is gone from its topic, and nothing newer of its image is there (compacted, or past retention)";
        }
    }

    /** The event has no key: it belongs to no image. */
    record Keyless() implements Deadness {
        @Override
        public String description() {
            return "has no key, so that no image is known by it";
        }
    }
}
