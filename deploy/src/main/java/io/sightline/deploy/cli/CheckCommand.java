package io.sightline.deploy.cli;

import io.sightline.deploy.check.CheckReport;
import io.sightline.deploy.check.ConsistencyCheck;
import io.sightline.deploy.check.ErasureCheck;
import io.sightline.deploy.config.PayloadConfig;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.schemas.KafkaConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
            "With --erased: looks instead for what is left of deleted images.",
            "Works on a stack that runs, and on one that does not (it then starts the broker for itself).",
            "Exit status 1 if anything is wrong."
        })
final class CheckCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(CheckCommand.class);

    @Mixin
    private BrokerOptions brokers = new BrokerOptions(PayloadConfig.class);

    @Option(names = "--sample", description = "Images to embed again (default: ${DEFAULT-VALUE}).")
    private int sample = 200;

    @Option(
            names = "--wait",
            description = "On a running stack: how long what is on its way may take to arrive, ISO-8601 (default:"
                    + " ${DEFAULT-VALUE}).")
    private Duration wait = Duration.ZERO;

    @Option(names = "--erased", paramLabel = "ID", description = "An image that was deleted; may be repeated.")
    private List<String> erased = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.isDirectory(DataDirectory.indexes(brokers.directory()))) {
            throw new IllegalStateException(
                    "there is no stack in " + brokers.directory() + ": say where it is with --dir");
        }
        LogFile.into(brokers.directory(), "WARN");
        return brokers.run(erased.isEmpty() ? this::check : this::checkErased);
    }

    private PayloadSettings payloads() {
        return PayloadConfig.settings(brokers.configuration().get(PayloadConfig.class), brokers.directory());
    }

    private int check(KafkaConnection connection) throws InterruptedException {
        ConsistencyCheck check = new ConsistencyCheck(
                connection,
                DataDirectory.indexes(brokers.directory()),
                payloads().openReader(),
                sample);
        CheckReport report =
                look(check::run, CheckReport::isClean, Instant.now().plus(wait));
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

    private int checkErased(KafkaConnection connection) throws InterruptedException {
        ErasureCheck check = new ErasureCheck(
                connection,
                DataDirectory.indexes(brokers.directory()),
                payloads().openStore(),
                Clock.systemUTC());
        Instant end = Instant.now().plus(wait);
        boolean clean = true;
        for (String id : erased) {
            ErasureCheck.Findings findings = look(() -> check.run(id), ErasureCheck.Findings::isErased, end);
            System.out.println("image " + id + ": " + (findings.isErased() ? "erased" : "not erased"));
            findings.left().forEach(left -> System.out.println("  left: " + left));
            findings.kept().forEach(kept -> System.out.println("  kept: " + kept));
            clean &= findings.isErased();
        }
        return clean ? 0 : 1;
    }

    /** Looks again until all is well or the time is over: a broker or a store that does not answer may do so meanwhile. */
    private static <T> T look(Supplier<T> check, Predicate<T> isGood, Instant end) throws InterruptedException {
        while (true) {
            boolean isLast = !Instant.now().isBefore(end);
            try {
                T report = check.get();
                if (isLast || isGood.test(report)) {
                    return report;
                }
            } catch (RuntimeException e) {
                if (isLast) {
                    throw e;
                }
                LOG.warn("could not look, will look again: {}", e.toString());
            }
            TimeUnit.SECONDS.sleep(1);
        }
    }
}
