package io.sightline.indexer.rollout.gates;

import io.sightline.indexer.store.ImageVisitor;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * Every image that can be found now must be there, by id. An image that the new version's lane could not embed is a
 * tombstone in its index, and so is one that was deleted a moment ago, which the active index will follow: what differs
 * is looked at again for a while before it counts.
 */
final class CountGate implements Gate {

    private static final int MOST_SUSPECTS = 10_000;
    private static final int MISSING = 0;
    private static final int DEAD = 1;
    private static final int LOOKS = 20;
    private static final Duration PAUSE = Duration.ofMillis(250);

    @Override
    public GateResult look(GateContext context, StopSign stop) throws InterruptedException {
        double staged = context.stagedStore().count();
        VectorStore active = context.activeStore();
        if (active == null) {
            return GateResult.passed("the index holds " + (long) staged + " images", Map.of("count.staged", staged));
        }
        IdHashes held = new IdHashes();
        IdHashes gone = new IdHashes();
        context.stagedStore().scan(new ImageVisitor() {
            @Override
            public void image(StoredImage image) {
                stop.check();
                held.add(image.id());
            }

            @Override
            public void tombstone(String id) {
                gone.add(id);
            }
        });
        held.freeze();
        gone.freeze();
        List<String> suspects = new ArrayList<>();
        long[] compared = {0};
        long[] lost = {0, 0};
        active.scan(new ImageVisitor() {
            @Override
            public void image(StoredImage image) {
                stop.check();
                if (isBelow(image.origin(), context.images())) {
                    compared[0]++;
                    if (!held.contains(image.id())) {
                        lost[gone.contains(image.id()) ? DEAD : MISSING]++;
                        if (suspects.size() < MOST_SUSPECTS) {
                            suspects.add(image.id());
                        }
                    }
                }
            }

            @Override
            public void tombstone(String id) {}
        });
        if (lost[MISSING] + lost[DEAD] <= MOST_SUSPECTS) {
            settle(suspects, active, context.stagedStore(), stop);
            lost[DEAD] = suspects.stream().filter(gone::contains).count();
            lost[MISSING] = suspects.size() - lost[DEAD];
        }
        return verdict(context, suspects, compared[0], lost[MISSING], lost[DEAD]);
    }

    private static GateResult verdict(
            GateContext context, List<String> suspects, long compared, long missing, long deadLettered) {
        Map<String, Double> figures = Map.of(
                "count.active", (double) compared,
                "count.staged", (double) context.stagedStore().count(),
                "count.missing", (double) missing,
                "count.deadLettered", (double) deadLettered);
        String example = suspects.isEmpty() ? "" : ", image " + suspects.getFirst() + " for one";
        if (missing > 0) {
            return GateResult.failed(
                    "count gate: " + missing + " of " + compared + " images are missing in the index" + example,
                    figures);
        }
        if (deadLettered > context.settings().maxDeadLettered() * compared) {
            return GateResult.failed(
                    "count gate: " + deadLettered + " of " + compared + " images could not be embedded" + example
                            + "; see `sightline dead-letters list`",
                    figures);
        }
        return GateResult.passed("the index holds all " + compared + " images", figures);
    }

    /** Keeps those that stay in the one and out of the other. */
    private static void settle(List<String> suspects, VectorStore active, VectorStore staged, StopSign stop)
            throws InterruptedException {
        for (int i = 0; i < LOOKS && !suspects.isEmpty(); i++) {
            suspects.removeIf(
                    id -> staged.find(id).isPresent() || active.find(id).isEmpty());
            if (!suspects.isEmpty()) {
                stop.pause(PAUSE);
            }
        }
    }

    private static boolean isBelow(StoredImage.Origin origin, Map<TopicPartition, Long> ends) {
        return origin.offset() < ends.getOrDefault(new TopicPartition(origin.topic(), origin.partition()), 0L);
    }
}
