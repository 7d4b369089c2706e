package io.sightline.indexer.store.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions, ids and names as OpenSearch takes them. */
class NamesTest {

    @Test
    void shouldGrowAsRevisionsDo() {
        List<Revision> revisions = List.of(
                new Revision(0, 1, 0),
                new Revision(0, 1, 1),
                new Revision(0, 1, Integer.MAX_VALUE),
                new Revision(0, 2, 0),
                new Revision(0, 2, 7),
                new Revision(0, 1L << 31, 0),
                new Revision(0, (1L << 32) - 1, Integer.MAX_VALUE));

        assertThat(revisions.stream().map(ExternalVersion::of))
                .isSorted()
                .doesNotHaveDuplicates()
                .allMatch(v -> v > 0);
    }

    @Test
    void shouldRefuseOffsetsThatDoNotFit() {
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> ExternalVersion.of(new Revision(0, 1L << 32, 0)))
                .withMessageContaining("4294967295");
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> ExternalVersion.of(new Revision(0, 1, 1L << 31)))
                .withMessageContaining("Lucene store");
    }

    @Test
    void shouldGiveEveryImageAnIdOfItsOwnThatFits() {
        String longest = "\u4e16".repeat(170);
        String tooLong = "\u4e16".repeat(171);
        String alsoTooLong = tooLong + "x";
        List<String> ids = List.of("a", "", "=a", "#a", longest, tooLong, alsoTooLong, DocumentIds.of(tooLong));

        assertThat(ids.stream().map(DocumentIds::of))
                .doesNotHaveDuplicates()
                .allMatch(id -> id.getBytes(StandardCharsets.UTF_8).length <= 512);
        assertThat(DocumentIds.of(longest)).isEqualTo("=" + longest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "V1", "20261122T010203-ab12", "a_b", "\u00fc/ \"*", "v1_0041"})
    void shouldReadAVersionBackFromTheNameOfItsIndex(String version) {
        IndexNames names = new IndexNames("sightline");

        assertThat(names.index(version)).isLowerCase().doesNotContain("/", " ", "\"", "*");
        assertThat(names.version(names.index(version))).isEqualTo(version);
    }
}
