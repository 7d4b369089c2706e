package io.sightline.ingest.gateway;

import io.javalin.http.Handler;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.sightline.http.ApiException;
import io.sightline.schemas.RegistryUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The meters of the gateway, all named {@code sightline.ingest.*}. Thread-safe. */
final class IngestMeters {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private final MeterRegistry registry;
    private final Counter imagesSent;
    private final Counter imagesUnchanged;
    private final Counter imagesDeleted;
    private final Counter labelsSent;
    private final Counter labelsUnchanged;
    private final Counter labelsWithdrawn;
    private final Counter bytes;
    private final Counter payloads;
    private final Timer acknowledged;
    private final Map<String, Counter> refused = new ConcurrentHashMap<>();

    /** Registers the meters. */
    IngestMeters(MeterRegistry registry) {
        this.registry = registry;
        this.imagesSent = outcome("images", "Image events, by what became of the request", "sent");
        this.imagesUnchanged = outcome("images", "Image events, by what became of the request", "unchanged");
        this.imagesDeleted = outcome("images", "Image events, by what became of the request", "deleted");
        this.labelsSent = outcome("labels", "Label events, by what became of the request", "sent");
        this.labelsUnchanged = outcome("labels", "Label events, by what became of the request", "unchanged");
        this.labelsWithdrawn = outcome("labels", "Label events, by what became of the request", "withdrawn");
        this.bytes = Counter.builder("sightline.ingest.received")
                .description("Encoded images that were taken")
                .baseUnit("bytes")
                .register(registry);
        this.payloads = Counter.builder("sightline.ingest.payloads.stored")
                .description("Images that were put into the payload store, being too large for an event")
                .register(registry);
        this.acknowledged = Timer.builder("sightline.ingest.acknowledged")
                .description("Time until all in-sync replicas have an event")
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
        // There from the start, so that the first of them shows as a rate.
        List.of(
                        "oversize",
                        "not-acknowledged",
                        "payload-store-unavailable",
                        "registry-unavailable",
                        "directory-unavailable")
                .forEach(this::refused);
    }

    void image(boolean sent, int size) {
        (sent ? imagesSent : imagesUnchanged).increment();
        bytes.increment(size);
    }

    void imageDeleted() {
        imagesDeleted.increment();
    }

    void label(boolean sent) {
        (sent ? labelsSent : labelsUnchanged).increment();
    }

    void labelWithdrawn() {
        labelsWithdrawn.increment();
    }

    void payloadStored() {
        payloads.increment();
    }

    void acknowledged(Duration took) {
        acknowledged.record(took);
    }

    /** The same handler; requests that it refuses are counted by the type of the error, of which there are a few dozen. */
    Handler counting(Handler handler) {
        return request -> {
            try {
                handler.handle(request);
            } catch (ApiException e) {
                refused(e.type()).increment();
                throw e;
            } catch (RegistryUnavailableException e) {
                refused("registry-unavailable").increment();
                throw e;
            }
        };
    }

    private Counter refused(String reason) {
        return refused.computeIfAbsent(
                reason,
                type -> Counter.builder("sightline.ingest.refused")
                        .description("Requests that were not taken, by the type of the error")
                        .tag("reason", type)
                        .register(registry));
    }

    private Counter outcome(String what, String description, String outcome) {
        return Counter.builder("sightline.ingest." + what)
                .description(description)
                .tag("outcome", outcome)
                .register(registry);
    }
}
