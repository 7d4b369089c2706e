package io.sightline.embedder.lanes;

import io.micrometer.core.instrument.Gauge;
import io.sightline.embedder.erasure.Erasures;
import io.sightline.embedder.erasure.HolderIds;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.telemetry.Freshness;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.schemas.AtOnce;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.LogKeys;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one lane running for each live version and removes what expired versions leave behind: group, topic, state.
 *
 * <p>On failure: a version that cannot be loaded is reported by {@link #failures()} and tried again later; the other
 * lanes go on. Thread-safe.
 */
public final class LaneSupervisor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LaneSupervisor.class);
    private static final Duration TICK = Duration.ofMillis(250);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration LAGS = Duration.ofSeconds(5);
    /** When this is closed: a network that is being loaded is not waited for any longer. */
    private static final Duration LONGEST_TICK = Duration.ofSeconds(10);

    private final KafkaConnection connection;
    private final RecordSerdes serdes;
    private final Topics topics;
    private final LaneSettings settings;
    private final ModelCatalog catalog;
    private final Path stateDirectory;
    private final Clock clock;
    private final Admin admin;
    private final ExecutorService decoders;
    private final Lane.Shared shared;
    private final Telemetry.Watch watch;
    private final LaneHealth health;
    private final Erasures erasures;
    private final String holder = HolderIds.ofProcess();
    private final ScheduledExecutorService ticker;
    private final Map<String, Lane> lanes = new HashMap<>();
    private final Map<String, Instant> retryAfter = new HashMap<>();
    private final Set<String> cleaned = new HashSet<>();
    private final Map<String, String> failures = new ConcurrentHashMap<>();
    private volatile List<LaneStatus> statuses = List.of();
    private volatile List<LaneCache> caches = List.of();
    private Instant lagsRead = Instant.EPOCH;

    /**
     * Starts to follow the catalog, which it does not close.
     *
     * @param payloads what events refer to
     * @param telemetry where the lanes' meters are registered, see {@code sightline.embedder.*}
     * @throws io.sightline.embedder.runtime.DeviceUnavailableException if the device of the settings is not there
     */
    public LaneSupervisor(
            KafkaConnection connection,
            RecordSerdes serdes,
            Topics topics,
            LaneSettings settings,
            ModelCatalog catalog,
            PayloadReader payloads,
            Path stateDirectory,
            Telemetry telemetry,
            Clock clock) {
        settings.device().requireAvailable();
        this.connection = connection;
        this.serdes = serdes;
        this.topics = topics;
        this.settings = settings;
        this.catalog = catalog;
        this.stateDirectory = stateDirectory;
        this.clock = clock;
        this.admin = Admin.create(connection.admin());
        this.erasures = Erasures.open(connection, serdes, clock);
        this.decoders = Executors.newFixedThreadPool(
                Runtime.getRuntime().availableProcessors(),
                Thread.ofPlatform().name("decoder-", 0).factory());
        this.shared = new Lane.Shared(
                payloads,
                decoders,
                new BackfillThrottle(settings.backfillShare()),
                new InFlightBudget(settings.maxProcessBytesInFlight()),
                telemetry,
                erasures.ledger());
        this.watch = telemetry.watch(admin);
        telemetry.watchDisk("embedder", stateDirectory);
        Freshness.meter(telemetry.meters(), "embedder", catalog::staleFor);
        Gauge.builder("sightline.embedder.lane.failures", failures::size)
                .description("Versions that should have a lane here and have none")
                .register(telemetry.meters());
        this.health = new LaneHealth(catalog, this);
        erasures.start(() -> caches);
        this.ticker = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("lane-supervisor").factory());
        ticker.scheduleWithFixedDelay(this::tick, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Why versions that should have a lane here have none, by version. */
    public Map<String, String> failures() {
        return Map.copyOf(failures);
    }

    /** The lanes of this process, by version. */
    public List<LaneStatus> statuses() {
        return List.copyOf(statuses);
    }

    /** Whether this process can do its part, and what only a restart mends. */
    public LaneHealth health() {
        return health;
    }

    /** Whether its thread is there. */
    boolean isAlive() {
        return !ticker.isShutdown();
    }

    @Override
    public void close() {
        ticker.shutdown();
        try {
            if (!ticker.awaitTermination(LONGEST_TICK.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("the lane supervisor did not stop within {} s", LONGEST_TICK.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        erasures.close();
        // A lane may take its time to end: together they take no longer than one.
        AtOnce.run(lanes.values().stream().map(lane -> (Runnable) lane::close).toArray(Runnable[]::new));
        lanes.clear();
        decoders.shutdownNow();
        admin.close();
        watch.close();
    }

    private void tick() {
        try {
            ModelVersions versions = catalog.current();
            Instant now = clock.instant();
            List<ModelEvent> live = versions.live(now);
            stopAllBut(live.stream().map(ModelEvent::getVersion).toList());
            failures.keySet()
                    .retainAll(live.stream().map(ModelEvent::getVersion).toList());
            live.forEach(event -> closeIfEnded(event.getVersion()));
            live.forEach(event -> startIfMissing(event, now));
            live.forEach(this::tellItsRole);
            lookAtLags(now);
            statuses = lanes.values().stream()
                    .map(Lane::status)
                    .sorted(Comparator.comparing(LaneStatus::version))
                    .toList();
            caches = caches();
            versions.expired(now).forEach(event -> clean(event.getVersion()));
            // One that was rejected while it back-filled has left something behind, the others have not.
            versions.withStatus(ModelStatus.REJECTED).forEach(event -> cleanIfBegun(event.getVersion()));
        } catch (RuntimeException | Error e) {
            LOG.warn("lanes could not be brought in line, will retry in {} ms: {}", TICK.toMillis(), e.toString());
        }
    }

    /** What the lanes remember of images: each its vectors, and all together the payloads. */
    private List<LaneCache> caches() {
        Function<String, LaneProgress> progress = version -> LaneProgress.read(admin, version);
        List<LaneCache> all = new ArrayList<>();
        lanes.forEach((version, lane) -> all.add(
                new LaneCache("vector-cache/" + version, holder, lane.known()::forget, List.of(version), progress)));
        all.add(new LaneCache(
                "payload-cache/embedder", holder, shared.payloads()::forget, List.copyOf(lanes.keySet()), progress));
        return List.copyOf(all);
    }

    private void tellItsRole(ModelEvent event) {
        Lane lane = lanes.get(event.getVersion());
        if (lane != null) {
            lane.setBackfilling(event.getStatus() == ModelStatus.STAGED);
        }
    }

    private void lookAtLags(Instant now) {
        if (now.isBefore(lagsRead.plus(LAGS))) {
            return;
        }
        lagsRead = now;
        lanes.forEach((version, lane) -> {
            try {
                lane.meters().progress(LaneProgress.read(admin, version));
            } catch (IllegalStateException e) {
                LOG.debug("no lag of lane {}: {}", version, e.getMessage());
            }
        });
    }

    private void stopAllBut(List<String> live) {
        for (String version : Set.copyOf(lanes.keySet())) {
            if (!live.contains(version)) {
                Lane lane = lanes.remove(version);
                if (lane != null) {
                    lane.close();
                }
            }
        }
    }

    /** A lane whose Kafka Streams application has ended does not come back by itself. */
    private void closeIfEnded(String version) {
        Lane lane = lanes.get(version);
        if (lane != null && lane.hasEnded()) {
            lanes.remove(version);
            String state = lane.status().state();
            failures.put(version, "its Kafka Streams application has ended: it is " + state);
            retryAfter.put(version, clock.instant().plus(RETRY));
            LOG.atError()
                    .addKeyValue(LogKeys.VERSION, version)
                    .log("lane {} has ended ({}), will start again in {} s", version, state, RETRY.toSeconds());
            lane.close();
        }
    }

    private void startIfMissing(ModelEvent event, Instant now) {
        String version = event.getVersion();
        if (lanes.containsKey(version)
                || retryAfter.getOrDefault(version, Instant.MIN).isAfter(now)) {
            return;
        }
        try {
            TopicAdmin topicAdmin = new TopicAdmin(admin);
            int partitions = topicAdmin
                    .partitions(Topics.IMAGES)
                    .orElseThrow(() -> new IllegalStateException("topic " + Topics.IMAGES + " does not exist yet"));
            topicAdmin.apply(List.of(topics.embeddingsTopic(version, partitions)));
            lanes.put(version, Lane.start(connection, serdes, event, settings, stateDirectory, shared));
            failures.remove(version);
        } catch (RuntimeException | Error e) {
            // Errors too, as of memory or a native library: one version keeps the others from nothing.
            failures.put(version, e.getMessage() == null ? e.toString() : e.getMessage());
            retryAfter.put(version, clock.instant().plus(RETRY));
            LOG.atError()
                    .addKeyValue(LogKeys.VERSION, version)
                    .log("lane {} cannot start, will retry in {} s: {}", version, RETRY.toSeconds(), e.getMessage());
        }
    }

    private void cleanIfBegun(String version) {
        if (cleaned.contains(version)) {
            return;
        }
        if (new TopicAdmin(admin).partitions(Topics.embeddings(version)).isPresent()) {
            clean(version);
        } else {
            cleaned.add(version);
        }
    }

    private void clean(String version) {
        if (cleaned.contains(version)) {
            return;
        }
        try {
            deleteGroup(Lane.applicationId(version));
            new TopicAdmin(admin).delete(Topics.embeddings(version));
            deleteState(stateDirectory.resolve(Lane.applicationId(version)));
            cleaned.add(version);
            LOG.info("removed what was left of lane {}", version);
        } catch (ExecutionException | IOException e) {
            LOG.info("lane {} cannot be removed yet, will retry: {}", version, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void deleteGroup(String group) throws ExecutionException, InterruptedException {
        try {
            admin.deleteConsumerGroups(List.of(group)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                throw e;
            }
        }
    }

    private static void deleteState(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
