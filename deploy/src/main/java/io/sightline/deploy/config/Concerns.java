package io.sightline.deploy.config;

import java.util.List;

/** All concerns that are interfaces. */
public final class Concerns {

    private static final List<Class<?>> TYPES = List.of(
            KafkaConfig.class,
            RegistryConfig.class,
            TopicsConfig.class,
            HttpConfig.class,
            AuthConfig.class,
            LimitsConfig.class,
            IngestConfig.class,
            PayloadConfig.class,
            LaneConfig.class,
            RolloutConfig.class,
            StoreConfig.class,
            OpenSearchConfig.class,
            PortsConfig.class,
            LoggingConfig.class,
            TracingConfig.class);

    private Concerns() {}

    /** In the order of the reference. */
    public static List<Class<?>> types() {
        return TYPES;
    }

    /** The same with what they hold. */
    public static List<Concern> all() {
        return TYPES.stream().map(Concern::of).toList();
    }
}
