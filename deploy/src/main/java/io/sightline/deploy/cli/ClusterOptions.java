package io.sightline.deploy.cli;

import io.sightline.deploy.config.Configuration;
import io.sightline.deploy.config.Connections;
import io.sightline.deploy.config.KafkaConfig;
import io.sightline.deploy.config.RegistryConfig;
import io.sightline.deploy.config.TopicsConfig;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.Topics;
import picocli.CommandLine.Mixin;

/** Where brokers and registry are, both of which have to be said. */
final class ClusterOptions {

    @Mixin
    private final ConfigOptions config = ConfigOptions.of(KafkaConfig.class, RegistryConfig.class, TopicsConfig.class);

    /**
     * What is configured.
     *
     * @throws io.sightline.deploy.config.InvalidConfigurationException if that is wrong, or an address is missing
     */
    Configuration configuration() {
        Configuration configuration = config.read();
        configuration.require("sightline.kafka.bootstrap-servers");
        configuration.require("sightline.registry.url");
        configuration.requireSound();
        Connections.warnings(configuration).forEach(System.err::println);
        return configuration;
    }

    static KafkaConnection connection(Configuration configuration) {
        return Connections.connection(configuration);
    }

    static Topics topics(Configuration configuration) {
        return TopicsConfig.topics(configuration.get(TopicsConfig.class));
    }
}
