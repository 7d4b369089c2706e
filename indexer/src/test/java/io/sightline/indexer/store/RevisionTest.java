package io.sightline.indexer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class RevisionTest {

    private static final long MANY_LABELS = 1L << 40;

    @Test
    void shouldOrderByEmbeddingAndThenByLabel() {
        Revision old = new Revision(0, 5, MANY_LABELS);
        assertThat(new Revision(0, 6, 0).isAfter(old)).isTrue();
        assertThat(new Revision(0, 5, MANY_LABELS - 1).isAfter(old)).isFalse();
        assertThat(old.isAfter(new Revision(0, 5, MANY_LABELS - 1))).isTrue();
        assertThat(old.isAfter(old)).isFalse();
        assertThat(old.withLabel(3)).isEqualTo(new Revision(0, 5, 3));
    }

    @Test
    void shouldRefuseWhatIsOutOfRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Revision(0, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Revision(-1, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Revision(0, 1, -1));
    }
}
