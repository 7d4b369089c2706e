package io.sightline.indexer.indexing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class UpkeepTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
    private final List<String> done = new CopyOnWriteArrayList<>();

    @Test
    void shouldDoOneThingAtATimeForAVersionAndLetNoOtherWait() {
        CountDownLatch slow = new CountDownLatch(1);
        try (Upkeep upkeep = new Upkeep(clock)) {
            upkeep.begin("v1", "opened", () -> {
                awaitQuietly(slow);
                done.add("v1 opened");
            });
            upkeep.begin("v1", "removed", () -> done.add("v1 removed"));
            upkeep.begin("v2", "opened", () -> done.add("v2 opened"));
            await().until(() -> done.equals(List.of("v2 opened")));

            slow.countDown();
            await().until(() -> done.contains("v1 opened"));
            await().until(() -> {
                upkeep.begin("v1", "removed", () -> done.add("v1 removed later"));
                return done.contains("v1 removed later");
            });
            assertThat(done).doesNotContain("v1 removed");
        }
    }

    @Test
    void shouldTryAgainSomeSecondsAfterAFailure() {
        try (Upkeep upkeep = new Upkeep(clock)) {
            upkeep.begin("v1", "opened", () -> {
                done.add("failed");
                throw new IllegalStateException("not now");
            });
        }
        assertThat(done).containsExactly("failed");

        try (Upkeep upkeep = new Upkeep(clock)) {
            upkeep.waitWith("v1");
            upkeep.begin("v1", "opened", () -> done.add("too early"));
            upkeep.begin("v2", "opened", () -> done.add("another"));
            now.set(NOON.plus(Duration.ofSeconds(6)));
            upkeep.begin("v1", "opened", () -> done.add("again"));
        }
        assertThat(done).containsExactlyInAnyOrder("failed", "another", "again");
    }

    @Test
    void shouldWaitForWhatWasBegunAndBeginNothingMore() {
        Upkeep upkeep = new Upkeep(clock);
        upkeep.begin("v1", "opened", () -> done.add("opened"));
        upkeep.close();
        upkeep.begin("v2", "opened", () -> done.add("too late"));

        assertThat(done).containsExactly("opened");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
