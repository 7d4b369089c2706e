package io.sightline.indexer.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.schemas.avro.Erasure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MappedImagesTest {

    private static final Erasure CAT = erasure("cat");
    private static final Erasure DOG = erasure("dog");

    private final Set<String> forgotten = new HashSet<>();
    private final List<MappedImages.Index> indexes = new ArrayList<>();
    private final MappedImages maps = new MappedImages("here", forgotten::addAll, () -> List.copyOf(indexes));

    @Test
    void shouldForgetWhatOneIndexHidesAndBeDoneWhenAllDo() {
        Set<Erasure> active = new HashSet<>(Set.of(CAT));
        Set<Erasure> backFilling = new HashSet<>();
        indexes.add(hiding(active));
        indexes.add(hiding(backFilling));

        assertThat(maps.erase(List.of(CAT, DOG))).isEmpty();
        assertThat(forgotten).containsExactly("cat");

        backFilling.addAll(Set.of(CAT, DOG));
        assertThat(maps.erase(List.of(CAT, DOG))).containsOnlyKeys(CAT);

        active.add(DOG);
        assertThat(maps.erase(List.of(DOG))).containsOnlyKeys(DOG);
        assertThat(forgotten).containsExactlyInAnyOrder("cat", "dog");
    }

    @Test
    void shouldAskAnIndexThatWasOpenedMeanwhile() {
        indexes.add(hiding(Set.of(CAT)));
        Set<Erasure> late = new HashSet<>();
        indexes.add(hiding(late));

        assertThat(maps.erase(List.of(CAT))).isEmpty();
        forgotten.clear();
        late.add(CAT);

        assertThat(maps.erase(List.of(CAT))).containsOnlyKeys(CAT);
        assertThat(forgotten)
                .as("a map of the late one may have shown it until now")
                .containsExactly("cat");
    }

    @Test
    void shouldForgetWhatNoIndexHasBecauseThereIsNone() {
        assertThat(maps.erase(List.of(CAT))).containsOnlyKeys(CAT);
        assertThat(forgotten).containsExactly("cat");
    }

    private static MappedImages.Index hiding(Set<Erasure> hidden) {
        return pending -> {
            Set<Erasure> found = new HashSet<>(pending);
            found.retainAll(hidden);
            return found;
        };
    }

    private static Erasure erasure(String id) {
        return new Erasure(id, 0, 7L, List.of(), Instant.EPOCH);
    }
}
