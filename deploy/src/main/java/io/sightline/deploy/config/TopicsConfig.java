package io.sightline.deploy.config;

import io.sightline.schemas.Topics;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How topics are made. */
@ConfigMapping(prefix = "sightline.topics")
@Doc("How topics are made.")
public interface TopicsConfig {

    @WithDefault("4")
    @OnCommandLine("--partitions")
    @Between(least = 1)
    @Doc("Partitions of images, labels and embeddings.")
    int partitions();

    @WithDefault("-1")
    @OnCommandLine("--replication-factor")
    @Between(least = -1)
    @Doc("Copies of every topic, -1 for the brokers' default.")
    short replicationFactor();

    /** The topics. */
    static Topics topics(TopicsConfig config) {
        return new Topics(config.partitions(), config.replicationFactor());
    }
}
