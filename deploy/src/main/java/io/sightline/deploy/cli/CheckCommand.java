package io.sightline.deploy.cli;

import io.sightline.deploy.check.CheckReport;
import io.sightline.deploy.check.ConsistencyCheck;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.schemas.KafkaConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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

    @Mixin
    private BrokerOptions brokers = new BrokerOptions();

    @Mixin
    private PayloadSourceOptions payloads = new PayloadSourceOptions();

    @Option(names = "--sample", description = "Images to embed again (default: ${DEFAULT-VALUE}).")
    private int sample = 200;

    @Option(
            names = "--wait",
            description = "On a running stack: how long what is on its way may take to arrive, ISO-8601 (default:"
                    + " ${DEFAULT-VALUE}).")
    private Duration wait = Duration.ZERO;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.isDirectory(DataDirectory.indexes(brokers.directory()))) {
            throw new IllegalStateException(
                    "there is no stack in " + brokers.directory() + ": say where it is with --dir");
        }
        LogFile.into(brokers.directory(), "WARN");
        return brokers.run(this::check);
    }

    private int check(KafkaConnection connection) throws InterruptedException {
        ConsistencyCheck check = new ConsistencyCheck(
                connection,
                DataDirectory.indexes(brokers.directory()),
                payloads.settings(brokers.directory()).openReader(),
                sample);
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
