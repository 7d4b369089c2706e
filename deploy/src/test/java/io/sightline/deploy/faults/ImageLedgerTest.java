package io.sightline.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageLedgerTest {

    private final ImageLedger ledger = new ImageLedger();

    @Test
    void shouldFindNothingWhereAllIsAsAcknowledged() {
        ledger.sent("a", "cat");
        ledger.sent("b", null);
        ledger.sent("c", "dog");
        ledger.deleted("c");

        assertThat(ledger.differences(Map.of("a", "cat", "b", "")::get)).isEmpty();
    }

    @Test
    void shouldFindLostResurrectedAndRelabelledImages() {
        ledger.sent("lost", "cat");
        ledger.sent("gone", "cat");
        ledger.deleted("gone");
        ledger.sent("relabelled", "cat");
        ledger.sent("relabelled", "dog");

        assertThat(ledger.differences(Map.of("gone", "cat", "relabelled", "cat")::get))
                .containsOnlyKeys("lost", "gone", "relabelled")
                .hasEntrySatisfying("lost", what -> assertThat(what).startsWith("lost"))
                .hasEntrySatisfying("gone", what -> assertThat(what).startsWith("resurrected"))
                .hasEntrySatisfying("relabelled", what -> assertThat(what).contains("'cat', not 'dog'"));
    }
}
