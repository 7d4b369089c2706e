package io.sightline.deploy.cli;

import io.sightline.deploy.config.Configuration;
import io.sightline.deploy.config.Connections;
import io.sightline.deploy.config.KafkaConfig;
import io.sightline.deploy.config.RegistryConfig;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.local.LocalCluster;
import io.sightline.schemas.KafkaConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Brokers and registry: those of a stack, whether it runs or not, or others. */
final class BrokerOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--dir", description = "Folder of the stack (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("data");

    private final List<Class<?>> used = new ArrayList<>(List.of(KafkaConfig.class, RegistryConfig.class));

    @Mixin
    private final ConfigOptions config;

    private @Nullable Configuration configuration;

    /** Brokers and registry, and further concerns. */
    @SuppressWarnings("NullAway.Init") // picocli sets the command.
    BrokerOptions(Class<?>... concerns) {
        used.addAll(List.of(concerns));
        config = ConfigOptions.of(used.toArray(Class<?>[]::new));
    }

    /** Folder of the stack. */
    Path directory() {
        return directory;
    }

    /**
     * What is configured.
     *
     * @throws io.sightline.deploy.config.InvalidConfigurationException if that is wrong
     */
    Configuration configuration() {
        if (configuration == null) {
            configuration = config.read();
            configuration.requireSound();
            Connections.warnings(configuration).forEach(System.err::println);
        }
        return configuration;
    }

    /** Something to do while the brokers are there; returns an exit code. */
    interface Work {
        int run(KafkaConnection connection) throws IOException, InterruptedException;
    }

    /**
     * Does the work on the brokers that are meant. A stack that does not run has them started for as long.
     *
     * @throws ParameterException if only one of the two addresses is given
     * @throws IllegalStateException if there is no stack in the folder
     */
    int run(Work work) throws IOException, InterruptedException {
        if (configuration().get(KafkaConfig.class).bootstrapServers().isEmpty()
                && configuration().get(RegistryConfig.class).url().isEmpty()
                && !Files.isDirectory(DataDirectory.cluster(directory))) {
            throw new IllegalStateException("there is no stack in " + directory
                    + ": say where it is with --dir, or where its brokers are with --bootstrap-servers and"
                    + " --schema-registry");
        }
        return runOrCreate(work);
    }

    /** The same, but where there is no stack yet, one is begun. */
    int runOrCreate(Work work) throws IOException, InterruptedException {
        Optional<String> brokers = configuration().get(KafkaConfig.class).bootstrapServers();
        Optional<String> registry = configuration().get(RegistryConfig.class).url();
        if (brokers.isPresent() != registry.isPresent()) {
            throw new ParameterException(
                    command.commandLine(), "give both --bootstrap-servers and --schema-registry, or neither");
        }
        if (brokers.isPresent()) {
            return work.run(Connections.connection(configuration()));
        }
        LogFile.into(directory, "WARN");
        Optional<DataDirectory.Addresses> running = DataDirectory.running(directory);
        if (running.isPresent()) {
            return work.run(new KafkaConnection(
                    running.get().bootstrapServers(), running.get().schemaRegistry()));
        }
        try (DataDirectory taken = DataDirectory.take(directory);
                LocalCluster cluster = LocalCluster.start(DataDirectory.cluster(taken.root()), 0, 0)) {
            return work.run(cluster.connection());
        }
    }
}
