package io.sightline.indexer.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sightline.http.ApiException;
import io.sightline.http.ApiServer;
import io.sightline.indexer.store.Filter;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilterRequestTest {

    @Test
    void shouldReadEveryForm() throws IOException {
        Filter filter = filter("""
                {"label": "cat",
                 "tags": {"source": "phone", "split": {"in": ["train", "test"]}, "camera": {"exists": false}},
                 "eventTime": {"from": "2026-11-01T00:00:00Z"}}""");

        assertThat(filter)
                .isEqualTo(new Filter(
                        Set.of("cat"),
                        Map.of(
                                "source", new Filter.OneOf(Set.of("phone")),
                                "split", new Filter.OneOf(Set.of("train", "test")),
                                "camera", new Filter.Exists(false)),
                        Instant.parse("2026-11-01T00:00:00Z"),
                        null));
        assertThat(filter("{\"label\": [\"cat\", \"dog\"]}").labels()).containsExactlyInAnyOrder("cat", "dog");
        assertThat(filter("{}").isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"label\": []}",
                "{\"label\": [null]}",
                "{\"tags\": {\"a\": null}}",
                "{\"tags\": {\"a\": {}}}",
                "{\"tags\": {\"a\": {\"in\": []}}}",
                "{\"tags\": {\"a\": {\"in\": [null]}}}",
                "{\"tags\": {\"a\": {\"in\": [\"b\"], \"exists\": true}}}"
            })
    void shouldSayWhatIsWrong(String json) {
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> filter(json))
                .withMessageStartingWith("the filter is wrong: ");
    }

    private static Filter filter(String json) throws IOException {
        return ApiServer.JSON.readValue(json, FilterRequest.class).filter();
    }
}
