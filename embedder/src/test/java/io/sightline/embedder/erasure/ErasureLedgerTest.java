package io.sightline.embedder.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.groups.Tuple.tuple;

import io.sightline.schemas.avro.Erasure;
import io.sightline.schemas.avro.ErasureDone;
import io.sightline.schemas.avro.ErasureHolder;
import io.sightline.schemas.avro.LabelEvent;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErasureLedgerTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    private final ErasureLedger ledger = new ErasureLedger();
    private long next;

    @Test
    void shouldKnowNothingOfAnImageThatWasNotErased() {
        assertThat(ledger.report("a", NOON)).isEmpty();
        assertThat(ledger.isErased("a", 2, 0)).isFalse();
    }

    @Test
    void shouldBeErasedOnlyWhenEveryPlaceHasSaidSo() {
        hold("index/v1", "folder-1", true);
        hold("index/v1", "folder-2", true);
        erase("a", 10);
        assertThat(state("a")).isEqualTo(ErasureReport.State.PENDING);

        done("a", "index/v1", "folder-1", 10);
        assertThat(state("a")).isEqualTo(ErasureReport.State.PENDING);
        done("a", "index/v1", "folder-2", 10);

        assertThat(state("a")).isEqualTo(ErasureReport.State.ERASED);
        assertThat(ledger.report("a", NOON).orElseThrow().places())
                .extracting(ErasureReport.Place::place, ErasureReport.Place::holder, ErasureReport.Place::time)
                .containsExactly(tuple("index/v1", "folder-1", NOON), tuple("index/v1", "folder-2", NOON));
    }

    @Test
    void shouldNotBeErasedWhileNobodyHasLooked() {
        erase("a", 10);

        assertThat(state("a")).isEqualTo(ErasureReport.State.PENDING);
    }

    @Test
    void shouldWaitForALastingPlaceThatIsAwayAndNotForMemoryThatIsGone() {
        hold("vector-cache/v1", "process-1", false);
        hold("index/v1", "folder-1", true);
        erase("a", 10);
        Instant later = NOON.plus(ErasureLedger.LONGEST_SILENCE);

        assertThat(ledger.report("a", later).orElseThrow().places())
                .extracting(ErasureReport.Place::place)
                .containsExactly("index/v1");
    }

    @Test
    void shouldAskMemoryOnlyForWhatWasErasedSinceItCameToBe() {
        erase("a", 10);
        hold("vector-cache/v1", "process-1", false);
        hold("index/v1", "folder-1", true);
        erase("b", 11);

        assertThat(ledger.pending("vector-cache/v1", "process-1"))
                .extracting(Erasure::getId)
                .containsExactly("b");
        assertThat(ledger.report("a", NOON).orElseThrow().places())
                .extracting(ErasureReport.Place::place)
                .containsExactly("index/v1");

        // Another gateway has seen the same deletion, and its record may be all that is left of the erasure.
        erase("a", 10);
        assertThat(ledger.pending("vector-cache/v1", "process-1"))
                .extracting(Erasure::getId)
                .containsExactly("b", "a");
    }

    @Test
    void shouldForgetAPlaceThatWasWithdrawn() {
        hold("index/v1", "folder-1", true);
        hold("index/v2", "folder-1", true);
        erase("a", 10);
        done("a", "index/v2", "folder-1", 10);

        ledger.apply(ErasureTopic.holderKey("index/v1", "folder-1"), null, next++);

        assertThat(state("a")).isEqualTo(ErasureReport.State.ERASED);
        assertThat(ledger.placesOf("folder-1")).containsExactly("index/v2");
    }

    @Test
    void shouldBeginAnewWhenAnImageIsDeletedAgain() {
        hold("index/v1", "folder-1", true);
        erase("a", 10);
        done("a", "index/v1", "folder-1", 10);
        assertThat(ledger.pending("index/v1", "folder-1")).isEmpty();

        erase("a", 20);
        erase("a", 10);

        assertThat(state("a")).isEqualTo(ErasureReport.State.PENDING);
        assertThat(ledger.pending("index/v1", "folder-1"))
                .extracting(Erasure::getOffset)
                .containsExactly(20L);
    }

    @Test
    void shouldTellEventsBeforeTheDeletionFromThoseAfterIt() {
        erase("a", 10);

        assertThat(ledger.isErased("a", 2, 9)).isTrue();
        assertThat(ledger.isErased("a", 2, 11)).isFalse();
        assertThat(ledger.isErased("a", 3, 9)).isFalse();
        assertThat(ledger.isErased("b", 2, 9)).isFalse();
    }

    @Test
    void shouldGiveAPlaceWhatIsLeftOldestFirst() {
        erase("a", 10);
        assertThat(ledger.pending("index/v1", "folder-1")).isEmpty();
        hold("index/v1", "folder-1", true);
        erase("b", 11);
        done("b", "index/v1", "folder-1", 11);
        erase("c", 12);

        assertThat(ledger.pending("index/v1", "folder-1"))
                .extracting(Erasure::getId)
                .containsExactly("a", "c");

        done("a", "index/v1", "folder-1", 10);
        erase("d", 13);
        assertThat(ledger.pending("index/v1", "folder-1"))
                .extracting(Erasure::getId)
                .containsExactly("c", "d");
    }

    @Test
    void shouldRefuseARecordOfAnotherKind() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ledger.apply("x", new LabelEvent("cat", "me", NOON), 0))
                .withMessageContaining("LabelEvent");
    }

    private ErasureReport.State state(String id) {
        return ledger.report(id, NOON).orElseThrow().state();
    }

    private void erase(String id, long offset) {
        ledger.apply("image " + id, new Erasure(id, 2, offset, List.of(), NOON), next++);
    }

    private void hold(String place, String holder, boolean lasting) {
        ledger.apply(
                ErasureTopic.holderKey(place, holder),
                new ErasureHolder(place, holder, lasting, lasting ? 0L : next, NOON),
                next++);
    }

    private void done(String id, String place, String holder, long offset) {
        ledger.apply("any", new ErasureDone(id, place, holder, 2, offset, NOON, ""), next++);
    }
}
