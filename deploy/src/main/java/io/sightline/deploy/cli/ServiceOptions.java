package io.sightline.deploy.cli;

import io.sightline.deploy.config.AuthConfig;
import io.sightline.deploy.config.Configuration;
import io.sightline.deploy.config.HttpConfig;
import io.sightline.deploy.config.IngestConfig;
import io.sightline.deploy.config.KafkaConfig;
import io.sightline.deploy.config.LaneConfig;
import io.sightline.deploy.config.LimitsConfig;
import io.sightline.deploy.config.LoggingConfig;
import io.sightline.deploy.config.OpenSearchConfig;
import io.sightline.deploy.config.PayloadConfig;
import io.sightline.deploy.config.PortsConfig;
import io.sightline.deploy.config.Problem;
import io.sightline.deploy.config.RegistryConfig;
import io.sightline.deploy.config.RolloutConfig;
import io.sightline.deploy.config.Sources;
import io.sightline.deploy.config.StoreConfig;
import io.sightline.deploy.config.TopicsConfig;
import io.sightline.deploy.config.TracingConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The options of commands that run services, and the configuration behind them. */
final class ServiceOptions {

    /** What every service reads. */
    private static final List<Class<?>> ANY = List.of(
            HttpConfig.class,
            AuthConfig.class,
            LimitsConfig.class,
            PayloadConfig.class,
            LoggingConfig.class,
            TracingConfig.class);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Mixin
    private final ConfigOptions config;

    @Mixin
    private final NetworkOptions network = new NetworkOptions();

    @SuppressWarnings("NullAway.Init") // picocli sets the command.
    private ServiceOptions(ConfigOptions config) {
        this.config = config;
    }

    /** Of one service by itself. */
    static ServiceOptions ofService() {
        return new ServiceOptions(ConfigOptions.of(
                KafkaConfig.class,
                RegistryConfig.class,
                TopicsConfig.class,
                HttpConfig.class,
                IngestConfig.class,
                PayloadConfig.class,
                LaneConfig.class,
                StoreConfig.class,
                OpenSearchConfig.class));
    }

    /** Of all services in one process. */
    static ServiceOptions ofStack() {
        return new ServiceOptions(ConfigOptions.of(
                IngestConfig.class,
                PayloadConfig.class,
                LaneConfig.class,
                StoreConfig.class,
                OpenSearchConfig.class,
                PortsConfig.class));
    }

    /** What is read to run one service, or all; brokers and registry are its own in the latter case. */
    Configuration read(ServeCommand.Service service) {
        List<Class<?>> used = new ArrayList<>(ANY);
        used.addAll(List.of(KafkaConfig.class, RegistryConfig.class, TopicsConfig.class));
        switch (service) {
            case INGEST -> used.add(IngestConfig.class);
            case EMBEDDER -> used.add(LaneConfig.class);
            case TRAINER -> {}
            case INDEXER -> used.addAll(List.of(RolloutConfig.class, StoreConfig.class, OpenSearchConfig.class));
        }
        Configuration configuration = read(used, service == ServeCommand.Service.TRAINER);
        configuration.require("sightline.kafka.bootstrap-servers");
        configuration.require("sightline.registry.url");
        return configuration;
    }

    /** What is read to run all services in one process, with brokers and a registry of their own. */
    Configuration readAll() {
        List<Class<?>> used = new ArrayList<>(ANY);
        used.addAll(List.of(
                IngestConfig.class,
                LaneConfig.class,
                RolloutConfig.class,
                StoreConfig.class,
                OpenSearchConfig.class,
                PortsConfig.class));
        return read(used, true);
    }

    private Configuration read(List<Class<?>> used, boolean trains) {
        Map<String, Sources.Given> given =
                new HashMap<>(network.rolloutOptions().given());
        if (!trains) {
            return config.read(used, given, List.of(), Map.of());
        }
        given.putAll(TrainerKeys.given(command));
        Configuration first = config.read(used, given, TrainerKeys.concerns(), Map.of());
        Map<String, Sources.Given> preset = TrainerKeys.preset(first);
        Configuration configuration =
                preset.isEmpty() ? first : config.read(used, given, TrainerKeys.concerns(), preset);
        if (configuration.problems().stream().map(Problem::key).noneMatch(TrainerKeys::isOfTrainer)) {
            configuration.attempt(
                    "sightline.training",
                    List.of(),
                    all -> TrainerKeys.effective(all).requireSound());
        }
        return configuration;
    }
}
