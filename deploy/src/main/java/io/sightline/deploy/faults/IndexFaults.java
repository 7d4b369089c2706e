package io.sightline.deploy.faults;

import io.sightline.deploy.bench.BenchBar;
import io.sightline.deploy.bench.UntrainedNetwork;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Stack;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.local.LocalCluster;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.trainer.nets.ConvNet;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import me.tongfei.progressbar.ProgressBar;

/**
 * An indexer that is killed with -9 at any moment while embeddings, deletions and labels come, and whose index is cut in
 * the end: does it hold what the topics say?
 *
 * @param settings what it has to survive
 * @param command main class of the sightline command
 */
public record IndexFaults(IndexFaultSettings settings, Class<?> command) {

    private static final String VERSION = "v1";
    private static final int DIMENSIONS = 64;
    private static final List<Integer> WIDTHS = List.of(16, 32);
    private static final int ASKED = 50;
    private static final Duration LONGEST_START = Duration.ofMinutes(5);

    /**
     * Inflicts the faults, compares, prints a table and writes index.json. All is kept if something was wrong.
     *
     * @param folder for the figures
     * @return whether the index was right both times
     */
    public boolean run(Path folder, PrintStream out) throws IOException, InterruptedException {
        out.printf("%d writes, %d kills, seed %d%n", settings.writes(), settings.kills(), settings.seed());
        return FaultFolder.run(folder.resolve("index.json"), out, this::measure);
    }

    private IndexReport measure(Path work) throws IOException, InterruptedException {
        IndexWrites writes = new IndexWrites(settings.writes(), DIMENSIONS, settings.seed());
        List<Double> firstAnswers = new ArrayList<>();
        try (LocalCluster cluster = LocalCluster.start(work.resolve("cluster"), 0, 0)) {
            KafkaConnection connection = cluster.connection();
            RecordSerdes serdes = Stack.applyTopics(connection, Topics.defaults());
            UntrainedNetwork.activate(
                    connection,
                    serdes,
                    DataDirectory.models(work),
                    VERSION,
                    new ConvNet(Preprocessing.DRAWING, WIDTHS, DIMENSIONS),
                    Topics.defaults().partitions());
            Kills kills;
            try (IndexFeed feed = new IndexFeed(connection, serdes, VERSION, writes, settings.spread())) {
                feed.start();
                kills = kill(connection, writes, work, firstAnswers);
                feed.await();
            }
            firstAnswers.add(run(connection, writes, work, "after the kills"));
            IndexOutcome afterKills = IndexOutcome.of(index(work), writes);
            Path damaged = damage(index(work));
            double rebuiltSeconds = run(connection, writes, work, "after the damage");
            Collections.sort(firstAnswers);
            return new IndexReport(
                    settings,
                    kills.whileAnswering(),
                    firstAnswers,
                    kills.outdated(),
                    afterKills,
                    String.valueOf(damaged.getFileName()),
                    rebuiltSeconds,
                    IndexOutcome.of(index(work), writes));
        }
    }

    /**
     * What was seen between the kills.
     *
     * @param whileAnswering kills of one that had answered
     * @param outdated answers that were older than one from before a kill
     */
    private record Kills(int whileAnswering, int outdated) {}

    /** Adds the times of the first answers, but the one that waited for the first index to be built. */
    private Kills kill(KafkaConnection connection, IndexWrites writes, Path work, List<Double> firstAnswers)
            throws IOException, InterruptedException {
        Random random = new Random(settings.seed());
        int answering = 0;
        int outdated = 0;
        Map<String, Integer> seen = Map.of();
        try (ProgressBar bar = BenchBar.of("killing", settings.kills(), "kills")) {
            for (int kill = 0; kill < settings.kills(); kill++) {
                Duration time =
                        Duration.ofMillis(random.nextLong(settings.killWithin().toMillis()) + 1);
                try (IndexerLife life = start(connection, writes, work, "before kill " + kill)) {
                    if (kill % 2 == 0) {
                        life.await(time);
                    } else {
                        double seconds = requireAnswer(life, work);
                        if (answering > 0) {
                            firstAnswers.add(seconds);
                        }
                        answering++;
                        outdated += outdated(life, writes, seen);
                        life.await(time);
                        seen = look(life, writes, random);
                    }
                }
                bar.step();
            }
        }
        return new Kills(answering, outdated);
    }

    /** What an indexer answers about some images that are there, by id. */
    private static Map<String, Integer> look(IndexerLife life, IndexWrites writes, Random random)
            throws InterruptedException {
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i < ASKED; i++) {
            String id = writes.get(random.nextInt(writes.count())).id();
            int number = life.offsetOf(id);
            if (number >= 0) {
                seen.put(id, number);
            }
        }
        return seen;
    }

    private static int outdated(IndexerLife life, IndexWrites writes, Map<String, Integer> seen)
            throws InterruptedException {
        int outdated = 0;
        for (Map.Entry<String, Integer> before : seen.entrySet()) {
            String id = before.getKey();
            if (!writes.isNoOlder(id, life.offsetOf(id), before.getValue())) {
                outdated++;
            }
        }
        return outdated;
    }

    private static double requireAnswer(IndexerLife life, Path work) throws InterruptedException {
        return life.awaitAnswer(LONGEST_START)
                .orElseThrow(() -> new IllegalStateException("the indexer did not answer within "
                        + LONGEST_START.toSeconds() + " s of its start; its log is in " + work));
    }

    /** Lets an indexer answer and read all there is, and stops it; returns the seconds to its first answer. */
    private double run(KafkaConnection connection, IndexWrites writes, Path work, String name)
            throws IOException, InterruptedException {
        try (IndexerLife life = start(connection, writes, work, name)) {
            double seconds = requireAnswer(life, work);
            life.awaitCaughtUp(VERSION, LONGEST_START);
            life.stop();
            return seconds;
        }
    }

    private IndexerLife start(KafkaConnection connection, IndexWrites writes, Path work, String name)
            throws IOException {
        String question =
                "{\"version\": \"" + VERSION + "\", \"k\": 1, \"vector\": " + Arrays.toString(writes.vector(0)) + "}";
        return new IndexerLife(
                command, connection, work.resolve("indexer"), work.resolve("indexer " + name + ".out"), question);
    }

    private static Path index(Path work) {
        return DataDirectory.indexes(work.resolve("indexer")).resolve(VERSION);
    }

    /** Cuts the largest file in half. */
    private static Path damage(Path index) throws IOException {
        try (Stream<Path> files = Files.list(index)) {
            Path largest = files.max(
                            Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
            try (FileChannel channel = FileChannel.open(largest, StandardOpenOption.WRITE)) {
                channel.truncate(channel.size() / 2);
            }
            return largest;
        }
    }
}
