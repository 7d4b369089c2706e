package io.sightline.embedder.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * How long tests wait for what must happen. Nothing passes later for it: these are deadlines for failures, on machines that
 * are slow, or busy with something else.
 */
public final class Patience {

    /** For one thing to happen. */
    public static final Duration LIMIT = Duration.ofMinutes(2);

    /** For a test as a whole, in seconds. */
    public static final long TEST_SECONDS = 600;

    private Patience() {}

    /** Awaitility, with that limit in place of its own ten seconds. */
    public static ConditionFactory await() {
        return Awaitility.await().atMost(LIMIT);
    }

    /** The same; what is waited for is named if it does not come. */
    public static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(LIMIT);
    }
}
