package io.sightline.indexer.deadletters;

import java.util.List;
import java.util.Optional;

/**
 * What the dead letters of an event hold. Immutable.
 *
 * @param stacks summaries of the stack traces, one for each verdict, empty where there was none
 * @param original the event as it was; empty if it is neither in a dead letter nor in its topic any more
 */
record DeadLetterContents(List<String> stacks, Optional<OriginalEvent> original) {

    /** Copies the stacks. */
    DeadLetterContents {
        stacks = List.copyOf(stacks);
    }
}
