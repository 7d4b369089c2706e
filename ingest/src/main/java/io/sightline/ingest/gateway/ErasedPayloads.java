package io.sightline.ingest.gateway;

import io.sightline.embedder.erasure.Holder;
import io.sightline.embedder.payload.PayloadStore;
import io.sightline.embedder.payload.PayloadUnavailableException;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.avro.Erasure;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The payload store, as a place that holds images. Images share payloads by content: one goes when no image has it any
 * more, and when nobody has put it for longer than it takes from there to an event that this process has read.
 *
 * <p>A gateway of another process that puts a content in the moment in which it is deleted here finds out when the image is
 * sent again: its payload is missing then, and is written anew.
 */
final class ErasedPayloads implements Holder {

    /** Twice the time after which a gateway gives an event up. */
    static final Duration GRACE = Duration.ofMinutes(2);

    private static final int ID = 12;

    private final ImageDirectory directory;
    private final PayloadStore payloads;
    private final Clock clock;

    /** Uses, and does not close, what it is given. */
    ErasedPayloads(ImageDirectory directory, PayloadStore payloads, Clock clock) {
        this.directory = directory;
        this.payloads = payloads;
        this.clock = clock;
    }

    @Override
    public String place() {
        return "payload-store";
    }

    /** The same for all gateways that write to it. */
    @Override
    public String id() {
        return "store-"
                + Sha256.hex(payloads.base().getBytes(StandardCharsets.UTF_8)).substring(0, ID);
    }

    @Override
    public boolean isLasting() {
        return true;
    }

    @Override
    public Map<Erasure, String> erase(List<Erasure> pending) {
        Map<Erasure, String> done = new HashMap<>();
        for (Erasure erasure : pending) {
            if (directory.isPast(erasure.getPartition(), erasure.getOffset())) {
                erase(erasure).ifPresent(detail -> done.put(erasure, detail));
            }
        }
        return done;
    }

    private Optional<String> erase(Erasure erasure) {
        int deleted = 0;
        int shared = 0;
        try {
            for (String content : erasure.getContentSha256s()) {
                Optional<Instant> put = payloads.lastPut(content);
                if (put.isPresent() && directory.isInUse(content)) {
                    shared++;
                } else if (put.isPresent() && put.get().plus(GRACE).isAfter(clock.instant())) {
                    return Optional.empty();
                } else if (put.isPresent()) {
                    payloads.delete(content);
                    deleted++;
                }
            }
        } catch (PayloadUnavailableException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        String detail = "no file of its contents is left, " + deleted + " deleted now";
        return Optional.of(shared == 0 ? detail : detail + ", but " + shared + " that other images have");
    }
}
