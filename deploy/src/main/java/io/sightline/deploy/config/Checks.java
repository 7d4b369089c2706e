package io.sightline.deploy.config;

import java.nio.file.Path;
import java.util.List;

/** What one setting cannot know of another. */
public final class Checks {

    private static final Path ANYWHERE = Path.of("data");

    private Checks() {}

    /** Tries all that is made of the concerns that are used, and adds what is wrong to the problems. */
    public static void run(Configuration configuration) {
        Connections.check(configuration);
        Servers.check(configuration);
        Stores.check(configuration);
        configuration.attempt(
                "sightline.payloads",
                List.of(PayloadConfig.class),
                all -> PayloadConfig.settings(all.get(PayloadConfig.class), ANYWHERE));
        configuration.attempt(
                "sightline.lanes", List.of(LaneConfig.class), all -> LaneConfig.settings(all.get(LaneConfig.class)));
        configuration.attempt(
                "sightline.rollout",
                List.of(RolloutConfig.class),
                all -> RolloutConfig.settings(all.get(RolloutConfig.class)));
        configuration.attempt(
                "sightline.topics",
                List.of(TopicsConfig.class),
                all -> TopicsConfig.topics(all.get(TopicsConfig.class)));
    }
}
