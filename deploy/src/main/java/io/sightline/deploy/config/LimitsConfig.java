package io.sightline.deploy.config;

import io.sightline.http.RequestLimits;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How much clients may ask of an API. */
@ConfigMapping(prefix = "sightline.limits")
@Doc("How much clients may ask of an API.")
public interface LimitsConfig {

    @WithDefault("2000")
    @Between(least = 1, most = 1_000_000)
    @Doc("Requests a second of one client over time.")
    int requestsPerSecond();

    @WithDefault("4000")
    @Between(least = 1, most = 1_000_000)
    @Doc("Requests of one client at once after a pause.")
    int burst();

    @WithDefault("256")
    @Between(least = 1, most = 1_000_000)
    @Doc(
            "Requests of all clients that are worked on at the same time; of one client a quarter of them, where clients are"
                    + " asked who they are.")
    int requestsAtOnce();

    @WithDefault("PT1M")
    @Doc("Longest time in which the body of a request arrives, ISO-8601.")
    Duration requestTimeout();

    @WithDefault("1024")
    @Between(least = 0)
    @Doc("Slowest that a body may arrive, 0 for any speed within the timeout.")
    int leastBytesPerSecond();

    /** The limits. */
    static RequestLimits limits(LimitsConfig config) {
        return new RequestLimits(
                config.requestsPerSecond(),
                config.burst(),
                config.requestsAtOnce(),
                config.requestTimeout(),
                config.leastBytesPerSecond());
    }
}
