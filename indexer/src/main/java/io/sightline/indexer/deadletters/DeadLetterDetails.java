package io.sightline.indexer.deadletters;

import java.util.List;
import java.util.Optional;

/**
 * Everything that is known of a dead event. Immutable.
 *
 * @param view what the list says of it
 * @param stacks summaries of the stack traces, one for each of the view's verdicts, empty where there was none
 * @param original the event as it was; empty if it is neither in a dead letter nor in its topic any more
 * @param deadness what has become of its image
 */
public record DeadLetterDetails(
        DeadLetterView view, List<String> stacks, Optional<OriginalEvent> original, Deadness deadness) {

    /** Copies the stacks. */
    public DeadLetterDetails {
        stacks = List.copyOf(stacks);
    }
}
