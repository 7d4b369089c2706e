package io.sightline.embedder.lanes;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sightline.embedder.runtime.BatchEmbedder;
import io.sightline.embedder.runtime.InferenceException;
import io.sightline.embedder.testing.Patience;
import io.sightline.schemas.avro.DeadLetterReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MicroBatcherTest {

    private static final byte POISON = -1;
    private static final byte BLOCKER = -2;
    private static final Duration FOREVER = Duration.ofMinutes(5);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final LaneMeters meters = new LaneMeters(registry, "v1");
    private final FakeModel model = new FakeModel();

    /** Gives a vector of the one pixel; fails on any batch with poison in it. */
    private static final class FakeModel implements BatchEmbedder {

        private final List<Integer> batches = Collections.synchronizedList(new ArrayList<>());
        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        @Override
        public String version() {
            return "v1";
        }

        @Override
        public float[][] embed(List<byte[]> pixels) {
            batches.add(pixels.size());
            if (pixels.getFirst()[0] == BLOCKER) {
                entered.countDown();
                try {
                    assertThat(released.await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS))
                            .isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            if (pixels.stream().anyMatch(image -> image[0] == POISON)) {
                throw new InferenceException("v1", pixels.size(), new IllegalArgumentException("poison"));
            }
            return pixels.stream().map(image -> new float[] {image[0], 1}).toArray(float[][]::new);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 16})
    void shouldGiveUpThePoisonAloneWhereverItIs(int size) throws Exception {
        for (int position = 0; position < size; position++) {
            FakeModel fresh = new FakeModel();
            try (MicroBatcher batcher = new MicroBatcher(fresh, size, FOREVER, meters, null)) {
                CompletableFuture<Outcome> blocker = block(batcher, fresh);
                List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    outcomes.add(submit(batcher, i == position ? POISON : (byte) (i + 1)));
                }
                fresh.released.countDown();
                blocker.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);

                for (int i = 0; i < size; i++) {
                    Outcome outcome = outcomes.get(i).get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
                    if (i == position) {
                        assertThat(outcome)
                                .isInstanceOfSatisfying(
                                        Outcome.Rejected.class,
                                        rejected ->
                                                assertThat(rejected.reason()).isEqualTo(DeadLetterReason.INFERENCE));
                    } else {
                        float expected = i + 1;
                        assertThat(outcome)
                                .isInstanceOfSatisfying(
                                        Outcome.Embedded.class,
                                        embedded ->
                                                assertThat(embedded.vector()).containsExactly(expected, 1));
                    }
                }
                // The whole batch was tried at once, and halved.
                assertThat(fresh.batches.get(1)).isEqualTo(size);
            }
        }
    }

    @Test
    void shouldStartAtOnceOnASingleImageAndGatherWhatComesMeanwhile() throws Exception {
        try (MicroBatcher batcher = new MicroBatcher(model, 4, FOREVER, meters, null)) {
            CompletableFuture<Outcome> first = block(batcher, model);
            List<CompletableFuture<Outcome>> others = new ArrayList<>();
            for (byte i = 1; i <= 6; i++) {
                others.add(submit(batcher, i));
            }
            model.released.countDown();

            first.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
            for (CompletableFuture<Outcome> other : others) {
                other.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
        }

        assertThat(model.batches).containsExactly(1, 4, 2);
        assertThat(registry.get("sightline.embedder.batch.size").summary().max())
                .isEqualTo(4);
        assertThat(registry.get("sightline.embedder.queue").timer().count()).isEqualTo(7);
    }

    @Test
    void shouldWaitForImagesOnTheirWay() throws Exception {
        try (MicroBatcher batcher = new MicroBatcher(model, 4, FOREVER, meters, null)) {
            CompletableFuture<Outcome> first = new CompletableFuture<>();
            CompletableFuture<Outcome> second = new CompletableFuture<>();
            batcher.expect(first);
            batcher.expect(second);
            batcher.submit(new byte[] {1}, first);
            awaitCompanyIsWaitedFor();
            batcher.submit(new byte[] {2}, second);

            first.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
            second.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        assertThat(model.batches).containsExactly(2);
    }

    @Test
    void shouldNotWaitForAnImageThatWasGivenUpOnItsWay() throws Exception {
        try (MicroBatcher batcher = new MicroBatcher(model, 4, FOREVER, meters, null)) {
            CompletableFuture<Outcome> first = new CompletableFuture<>();
            CompletableFuture<Outcome> undecodable = new CompletableFuture<>();
            batcher.expect(first);
            batcher.expect(undecodable);
            batcher.submit(new byte[] {1}, first);
            awaitCompanyIsWaitedFor();
            undecodable.complete(new Outcome.Deleted());

            first.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        assertThat(model.batches).containsExactly(1);
    }

    @Test
    void shouldWaitNoLongerThanTheDelay() throws Exception {
        try (MicroBatcher batcher = new MicroBatcher(model, 4, Duration.ofMillis(1), meters, null)) {
            batcher.expect(new CompletableFuture<>());

            submit(batcher, (byte) 1).get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        assertThat(model.batches).containsExactly(1);
    }

    @Test
    void shouldCancelWhatIsQueuedWhenItIsClosed() throws Exception {
        MicroBatcher batcher = new MicroBatcher(model, 1, FOREVER, meters, null);
        CompletableFuture<Outcome> running = block(batcher, model);
        CompletableFuture<Outcome> queued = submit(batcher, (byte) 1);
        Thread closing = Thread.ofVirtual().start(batcher::close);
        model.released.countDown();
        closing.join();

        CompletableFuture<Outcome> late = submit(batcher, (byte) 2);

        assertThat(running).isDone();
        assertThat(queued).isDone();
        assertThatThrownBy(late::join).isInstanceOf(CancellationException.class);
    }

    private static void awaitCompanyIsWaitedFor() {
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread ->
                        thread.getName().equals("batcher-v1") && thread.getState() == Thread.State.TIMED_WAITING));
    }

    /** Keeps the network busy, so that what follows gathers. */
    private static CompletableFuture<Outcome> block(MicroBatcher batcher, FakeModel model) throws Exception {
        CompletableFuture<Outcome> outcome = submit(batcher, BLOCKER);
        assertThat(model.entered.await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        return outcome;
    }

    private static CompletableFuture<Outcome> submit(MicroBatcher batcher, byte pixel) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        batcher.submit(new byte[] {pixel}, outcome);
        return outcome;
    }
}
