package io.sightline.deploy.cli;

import io.sightline.deploy.check.CheckReport;
import io.sightline.deploy.check.ConsistencyCheck;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.local.LocalCluster;
import io.sightline.schemas.KafkaConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sightline check}. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Compares what the topics hold with the active index, without asking the services: missing, duplicate, stale"
                    + " images and wrong vectors. A sample is embedded again.",
            "Works on a stack that runs, and on one that does not (it then starts the broker for itself).",
            "Exit status 1 if anything is wrong."
        })
final class CheckCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--dir", description = "Folder of the stack (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("data");

    @Option(names = "--bootstrap-servers", description = "Brokers, if the stack's own are not meant.")
    private @Nullable String bootstrapServers;

    @Option(names = "--schema-registry", description = "Registry, if the stack's own is not meant.")
    private @Nullable String schemaRegistry;

    @Option(names = "--sample", description = "Images to embed again (default: ${DEFAULT-VALUE}).")
    private int sample = 200;

    @Option(
            names = "--wait",
            description = "On a running stack: how long what is on its way may take to arrive, ISO-8601 (default:"
                    + " ${DEFAULT-VALUE}).")
    private Duration wait = Duration.ZERO;

    @SuppressWarnings("NullAway.Init") // picocli sets the spec.
    CheckCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        if ((bootstrapServers == null) != (schemaRegistry == null)) {
            throw new ParameterException(
                    spec.commandLine(), "give both --bootstrap-servers and --schema-registry, or neither");
        }
        if (!Files.isDirectory(DataDirectory.indexes(directory))) {
            throw new IllegalStateException("there is no stack in " + directory + ": say where it is with --dir");
        }
        LogFile.into(directory, "WARN");
        if (bootstrapServers != null && schemaRegistry != null) {
            return check(new KafkaConnection(bootstrapServers, schemaRegistry));
        }
        Optional<DataDirectory.Addresses> running = DataDirectory.running(directory);
        if (running.isPresent()) {
            return check(new KafkaConnection(
                    running.get().bootstrapServers(), running.get().schemaRegistry()));
        }
        try (DataDirectory taken = DataDirectory.take(directory);
                LocalCluster cluster = LocalCluster.start(DataDirectory.cluster(taken.root()), 0, 0)) {
            return check(cluster.connection());
        }
    }

    private int check(KafkaConnection connection) throws InterruptedException {
        ConsistencyCheck check = new ConsistencyCheck(connection, DataDirectory.indexes(directory), sample);
        Instant end = Instant.now().plus(wait);
        CheckReport report = check.run();
        while (!report.isClean() && Instant.now().isBefore(end)) {
            TimeUnit.SECONDS.sleep(1);
            report = check.run();
        }
        System.out.printf(
                "version %s: %d images, %d dead letters, %d indexed, %d missing, %d duplicate, %d stale, %d wrong-vector"
                        + " (%d embedded again)%n",
                report.version(),
                report.images(),
                report.deadLettered(),
                report.indexed(),
                report.missing(),
                report.duplicates(),
                report.stale(),
                report.wrongVectors(),
                report.sampled());
        report.examples().forEach(example -> System.out.println("  " + example));
        return report.isClean() ? 0 : 1;
    }
}
