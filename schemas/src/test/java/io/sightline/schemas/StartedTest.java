package io.sightline.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartedTest {

    private final List<String> closed = new ArrayList<>();
    private final Started started = new Started();

    @Test
    void shouldCloseTheLastOneFirstAndEachOnce() {
        started.add(() -> closed.add("broker"));
        started.add(() -> closed.add("client"));

        started.close();
        started.close();

        assertThat(closed).containsExactly("client", "broker");
    }

    @Test
    void shouldCloseTheOthersThoughOneDoesNotAndTellTheFailureOfIt() {
        started.add(() -> closed.add("broker"));
        started.add(() -> {
            throw new IOException("stuck");
        });
        IllegalArgumentException failure = new IllegalArgumentException("the next one did not start");

        started.undo(failure);

        assertThat(closed).containsExactly("broker");
        assertThat(failure.getSuppressed()).singleElement().isInstanceOf(IOException.class);
    }

    @Test
    void shouldSayThatOneDidNotClose() {
        started.add(() -> {
            throw new IOException("stuck");
        });

        assertThatIllegalStateException()
                .isThrownBy(started::close)
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .singleElement()
                        .satisfies(one -> assertThat(one).hasMessage("stuck")));
    }
}
