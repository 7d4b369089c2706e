package io.sightline.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AtOnceTest {

    @Test
    @Timeout(120)
    void shouldRunTasksThatWaitForEachOther() {
        CountDownLatch second = new CountDownLatch(1);

        List<String> results = AtOnce.all(List.of(
                () -> {
                    awaitOrFail(second);
                    return "first";
                },
                () -> {
                    second.countDown();
                    return "second";
                }));

        assertThat(results).containsExactly("first", "second");
    }

    @Test
    void shouldThrowWhatOneThrewOnceTheOthersHaveEnded() {
        AtomicBoolean ended = new AtomicBoolean();
        Supplier<Boolean> failing = () -> {
            throw new IllegalArgumentException("refused");
        };

        assertThatThrownBy(() -> AtOnce.all(List.of(failing, () -> ended.getAndSet(true))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("refused");

        assertThat(ended).isTrue();
    }

    private static void awaitOrFail(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
