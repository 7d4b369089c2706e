package io.sightline.deploy.config;

import io.sightline.deploy.stack.Ports;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Where an all-in-one stack listens. */
@ConfigMapping(prefix = "sightline.ports")
@Doc("Where sightline up listens: one port for each of its services.")
public interface PortsConfig {

    @WithDefault("19092")
    @OnCommandLine("--kafka-port")
    @Between(least = 0, most = 65_535)
    @Doc("Port of the broker, 0 for any.")
    int kafka();

    @WithDefault("19081")
    @OnCommandLine("--registry-port")
    @Between(least = 0, most = 65_535)
    @Doc("Port of the schema registry, 0 for any.")
    int registry();

    @WithDefault("19080")
    @OnCommandLine("--ingest-port")
    @Between(least = 0, most = 65_535)
    @Doc("Port of the ingest API, 0 for any.")
    int ingest();

    @WithDefault("19090")
    @OnCommandLine("--search-port")
    @Between(least = 0, most = 65_535)
    @Doc("Port of the search API, 0 for any.")
    int search();

    @WithDefault("19085")
    @OnCommandLine("--trainer-port")
    @Between(least = 0, most = 65_535)
    @Doc("Port of the trainer's status, 0 for any.")
    int trainer();

    /** The ports. */
    static Ports ports(PortsConfig config) {
        return new Ports(config.kafka(), config.registry(), config.ingest(), config.search(), config.trainer());
    }
}
