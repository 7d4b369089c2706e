package io.sightline.deploy.cli;

import io.sightline.deploy.stack.DataDirectory;
import io.sightline.local.LocalCluster;
import io.sightline.schemas.KafkaConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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

    @Option(names = "--bootstrap-servers", description = "Brokers, if the stack's own are not meant.")
    private @Nullable String bootstrapServers;

    @Option(names = "--schema-registry", description = "Registry, if the stack's own is not meant.")
    private @Nullable String schemaRegistry;

    @SuppressWarnings("NullAway.Init") // picocli sets the command.
    BrokerOptions() {}

    /** Folder of the stack. */
    Path directory() {
        return directory;
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
        if (bootstrapServers == null
                && schemaRegistry == null
                && !Files.isDirectory(DataDirectory.cluster(directory))) {
            throw new IllegalStateException("there is no stack in " + directory
                    + ": say where it is with --dir, or where its brokers are with --bootstrap-servers and"
                    + " --schema-registry");
        }
        return runOrCreate(work);
    }

    /** The same, but where there is no stack yet, one is begun. */
    int runOrCreate(Work work) throws IOException, InterruptedException {
        if ((bootstrapServers == null) != (schemaRegistry == null)) {
            throw new ParameterException(
                    command.commandLine(), "give both --bootstrap-servers and --schema-registry, or neither");
        }
        if (bootstrapServers != null && schemaRegistry != null) {
            return work.run(new KafkaConnection(bootstrapServers, schemaRegistry));
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
