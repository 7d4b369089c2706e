package io.sightline.deploy.faults;

import io.sightline.deploy.bench.BenchBar;
import io.sightline.deploy.bench.UntrainedNetwork;
import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.faults.UpgradeFleet.Member;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.local.BrokerCluster;
import io.sightline.schemas.avro.ModelStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;

/**
 * Every process of a cluster is stopped with SIGTERM and started again, one after the other and some with another setting,
 * while images, labels and deletions are posted, clients search, and a second version back-fills and comes to answer.
 *
 * @param settings under which load
 * @param command main class of the sightline command
 */
public record RollingUpgrade(UpgradeSettings settings, Class<?> command) {

    private static final String FIRST = "v1";
    private static final String SECOND = "v2";
    private static final int REPLICAS = 2;
    /** Far behind those that are posted. */
    private static final int NEWER_FROM = 10_000_001;

    private static final int NEWER_IMAGES = 20;
    private static final Duration LONGEST_STEP = Duration.ofMinutes(4);
    /** One indexer may know an image so much earlier than the other. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration LOOK = Duration.ofMillis(200);
    /** What a new version of the software may bring. */
    private static final List<String> CHANGED = List.of("--max-batch", "32");

    /** Consumers of records before those who write them; see upgrade.md. */
    private static final List<String> ORDER = List.of("indexer", "trainer", "embedder", "ingest");

    /**
     * Rolls, compares, prints a table and writes upgrade.json. All is kept if something was wrong.
     *
     * @param folder for the figures
     * @return whether nothing was wrong
     */
    public boolean run(Path folder, PrintStream out) throws IOException, InterruptedException {
        out.printf(
                "%d processes each of ingest, embedder and indexer%s, %d brokers, %d images a second, %d clients that"
                        + " search, seed %d%n",
                REPLICAS,
                settings.trainer() ? " and a trainer" : ", versions of untrained networks and no trainer",
                FaultCluster.BROKERS,
                settings.imagesPerSecond(),
                settings.clients(),
                settings.seed());
        return FaultFolder.run(folder.resolve("upgrade.json"), out, this::measure);
    }

    private UpgradeReport measure(Path work) throws IOException, InterruptedException {
        SeededDrawings drawings = new SeededDrawings(settings.seed());
        RequestLog requests = new RequestLog();
        try (FaultCluster cluster = FaultCluster.start(work, BrokerCluster.TRANSACTION_VERSION);
                VersionSpaces spaces = new VersionSpaces(drawings);
                UpgradeFleet fleet = new UpgradeFleet(command, cluster.connection(), work)) {
            ModelArtifact first = cluster.write(FIRST, settings.seed());
            ModelArtifact second = cluster.write(SECOND, settings.seed() + 1);
            spaces.add(first);
            spaces.add(second);
            cluster.publish(first, ModelStatus.ACTIVE);
            List<Member> members = members(fleet);
            for (Member member : members) {
                fleet.start(member, List.of());
            }
            for (Member member : members) {
                fleet.awaitReady(member);
            }
            try (FailoverProxy gateway = proxy(members, "ingest", requests);
                    FailoverProxy search = proxy(members, "indexer", requests);
                    UpgradeImages images =
                            new UpgradeImages(gateway.url(), drawings, settings.images(), settings.imagesPerSecond());
                    SearchingClients clients = new SearchingClients(
                            search.url().toString(),
                            drawings,
                            spaces,
                            images::posted,
                            id -> !UpgradeImages.isDeletedLater(id),
                            PATIENCE)) {
                images.start();
                awaitImages(members, settings.images() / 2);
                clients.start(settings.clients(), settings.seed());
                new NewerImages(cluster.connection(), drawings).send(NEWER_FROM, NEWER_IMAGES, images.ledger());
                try (ModelLog log = new ModelLog(cluster.connection(), cluster.serdes())) {
                    log.publish(UntrainedNetwork.event(second));
                }
                List<UpgradeFleet.Rolled> rolled = roll(fleet, members);
                List<Double> brokerSeconds = settings.brokers() ? rollBrokers(cluster.brokers()) : List.of();
                awaitActive(search.url().toString());
                SearchingClients.Seen seen = clients.stop();
                List<String> refused = images.stop();
                UpgradeCheck check = new UpgradeCheck(
                        cluster.connection(),
                        cluster.serdes(),
                        of(members, "indexer").stream().map(Member::directory).toList(),
                        work.resolve("payloads"));
                return new UpgradeReport(
                        settings,
                        rolled,
                        brokerSeconds,
                        requests.summaries(),
                        seen,
                        images.ledger().size(),
                        refused,
                        check.acknowledged(images.ledger()),
                        check.indexes(List.of(FIRST, SECOND)));
            }
        }
    }

    private List<Member> members(UpgradeFleet fleet) {
        List<Member> members = new ArrayList<>();
        for (String service : ORDER) {
            if (service.equals("trainer")) {
                if (settings.trainer()) {
                    members.add(trainer(fleet));
                }
            } else {
                for (int number = 1; number <= REPLICAS; number++) {
                    members.add(fleet.member(service, number));
                }
            }
        }
        return members;
    }

    /** It trains all the time, and none of its versions is good enough: the second version must be the one that is known. */
    private static Member trainer(UpgradeFleet fleet) {
        List<String> arguments = new ArrayList<>(FaultCluster.NETWORK_OPTIONS);
        arguments.addAll(List.of("--round-steps", "100", "--gate-margin", "0.99"));
        return fleet.member("trainer", 1, arguments.toArray(String[]::new));
    }

    private List<UpgradeFleet.Rolled> roll(UpgradeFleet fleet, List<Member> members)
            throws IOException, InterruptedException {
        List<UpgradeFleet.Rolled> rolled = new ArrayList<>();
        try (ProgressBar bar = BenchBar.of("upgrading", members.size(), "processes")) {
            for (Member member : members) {
                rolled.add(fleet.roll(member, CHANGED));
                bar.step();
                TimeUnit.NANOSECONDS.sleep(settings.pause().toNanos());
            }
        }
        return rolled;
    }

    private static List<Double> rollBrokers(BrokerCluster brokers) throws InterruptedException {
        List<Double> seconds = new ArrayList<>();
        for (int id = 1; id <= FaultCluster.BROKERS; id++) {
            long start = System.nanoTime();
            brokers.stop(id, UpgradeFleet.TERMINATION_GRACE);
            brokers.restart(id);
            brokers.awaitWhole(LONGEST_STEP);
            seconds.add((System.nanoTime() - start) / 1e9);
        }
        return seconds;
    }

    private static FailoverProxy proxy(List<Member> members, String service, RequestLog requests) throws IOException {
        return new FailoverProxy(of(members, service).stream().map(Member::url).toList(), requests);
    }

    private static List<Member> of(List<Member> members, String service) {
        return members.stream()
                .filter(member -> member.service().equals(service))
                .toList();
    }

    private static void awaitImages(List<Member> members, int images) throws IOException, InterruptedException {
        for (Member member : of(members, "indexer")) {
            try (SearchClient client = new SearchClient(member.url().toString())) {
                await(
                        images + " images in " + member,
                        () -> client.get("/v1/status")
                                        .path("images")
                                        .path(FIRST)
                                        .asInt()
                                >= images);
            }
        }
    }

    private static void awaitActive(String url) throws IOException, InterruptedException {
        try (SearchClient client = new SearchClient(url)) {
            await(
                    SECOND + " to answer",
                    () -> client.get("/v1/status").path("active").asText().equals(SECOND));
        }
    }

    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private static void await(String what, Condition condition) throws IOException, InterruptedException {
        long latest = System.nanoTime() + LONGEST_STEP.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > latest) {
                throw new IllegalStateException("waited " + LONGEST_STEP.toSeconds() + " s for " + what);
            }
            TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
        }
    }
}
