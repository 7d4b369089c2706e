package io.sightline.http;

import com.google.common.cache.CacheBuilder;
import com.google.common.cache.CacheLoader;
import com.google.common.cache.LoadingCache;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A bucket of tokens for each client, who is the caller, or the address of one without a name. Of the clients that were
 * silent longest, the buckets are forgotten. Thread-safe.
 */
final class ClientRates {

    private static final int MOST_CLIENTS = 20_000;
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

    private final LoadingCache<String, Bucket> buckets;
    private final String limit;

    ClientRates(RequestLimits limits) {
        this(limits.perSecond(), Duration.ofSeconds(1), limits.burst());
    }

    /** So many in a period, and at once after a pause. */
    ClientRates(int most, Duration period, int burst) {
        this.limit = most + " requests in " + period.toSeconds() + " s";
        this.buckets = CacheBuilder.newBuilder()
                .maximumSize(MOST_CLIENTS)
                .expireAfterAccess(FORGOTTEN_AFTER)
                .build(CacheLoader.from(client -> Bucket.builder()
                        .addLimit(bucket -> bucket.capacity(burst).refillGreedy(most, period))
                        .build()));
    }

    /**
     * Takes a token of the caller, or of the address.
     *
     * @throws ApiException 429 {@code too-many-requests}, after which the answer has {@code Retry-After}
     */
    void take(Context context, Caller caller) {
        ConsumptionProbe probe = buckets.getUnchecked(client(context, caller)).tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            long seconds = Math.ceilDiv(probe.getNanosToWaitForRefill(), TimeUnit.SECONDS.toNanos(1));
            context.header("Retry-After", String.valueOf(Math.max(1, seconds)));
            throw new ApiException(
                    429,
                    "too-many-requests",
                    "more than the " + limit + " that one client may send; try again after the seconds in Retry-After");
        }
    }

    /** Gives a token back that was taken for something that does not count. */
    void giveBack(Context context, Caller caller) {
        buckets.getUnchecked(client(context, caller)).addTokens(1);
    }

    /** Who counts as one client. */
    private static String client(Context context, Caller caller) {
        return caller.isNamed() ? "name " + caller.name() : "address " + context.ip();
    }
}
