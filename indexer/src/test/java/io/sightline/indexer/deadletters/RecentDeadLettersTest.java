package io.sightline.indexer.deadletters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.schemas.KafkaConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RecentDeadLettersTest {

    /** Nobody listens there. */
    private static final KafkaConnection AWAY = new KafkaConnection("127.0.0.1:1", "http://127.0.0.1:1");

    @Test
    void shouldNotLetEveryoneWaitAnewForBrokersThatAreAway() {
        try (RecentDeadLetters recent = new RecentDeadLetters(AWAY, new DeadLetterLog(AWAY));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long start = System.nanoTime();
            Runnable look = () -> assertThatThrownBy(recent::look).isInstanceOf(RuntimeException.class);
            List<CompletableFuture<Void>> looks = Stream.generate(() -> CompletableFuture.runAsync(look, threads))
                    .limit(8)
                    .toList();
            CompletableFuture.allOf(looks.toArray(CompletableFuture<?>[]::new)).join();
            Duration together = Duration.ofNanos(System.nanoTime() - start);

            assertThatThrownBy(recent::look)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the dead letters cannot be read now");
            Duration all = Duration.ofNanos(System.nanoTime() - start);
            assertThat(together).isLessThan(Duration.ofSeconds(15));
            assertThat(all.minus(together)).isLessThan(Duration.ofSeconds(3));
        }
    }
}
