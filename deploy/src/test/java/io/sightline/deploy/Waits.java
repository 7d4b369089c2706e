package io.sightline.deploy;

import io.sightline.deploy.client.SearchClient;
import io.sightline.embedder.testing.Patience;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Waits for something to become of a stack, and tells how the stack stands if it waited in vain. */
final class Waits {

    /** For several versions after each other. */
    static final Duration ROUNDS = Duration.ofMinutes(5);

    private Waits() {}

    /** Waits for what takes one step. */
    static void until(String what, SearchClient client, Callable<Boolean> condition) {
        until(what, Patience.LIMIT, client, condition);
    }

    static void until(String what, Duration atMost, SearchClient client, Callable<Boolean> condition) {
        try {
            Awaitility.await(what).atMost(atMost).until(condition);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    e.getMessage() + "; status: " + told(client, "/v1/status") + "; models: "
                            + told(client, "/v1/models"),
                    e);
        }
    }

    private static String told(SearchClient client, String path) {
        try {
            return client.get(path).toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        } catch (Exception e) {
            return e.toString();
        }
    }
}
