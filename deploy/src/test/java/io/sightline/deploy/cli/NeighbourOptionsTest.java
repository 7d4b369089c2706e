package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class NeighbourOptionsTest {

    @Test
    void shouldAskForTenNeighboursUnlessToldOtherwise() {
        assertThat(request()).isEqualTo(Map.of("k", 10, "explain", false, "filter", Map.of("tags", Map.of())));
    }

    @Test
    void shouldSayEverythingInTheWordsOfTheApi() {
        assertThat(request(
                        "-k",
                        "3",
                        "--ef",
                        "50",
                        "--label",
                        "cat",
                        "--label",
                        "dog",
                        "--tag",
                        "source=phone",
                        "--in",
                        "split=train,test",
                        "--exists",
                        "camera",
                        "--from",
                        "2026-11-01T00:00:00Z",
                        "--before",
                        "2026-12-01T00:00:00Z",
                        "--diversify",
                        "2",
                        "--after",
                        "cursor",
                        "--explain"))
                .isEqualTo(Map.of(
                        "k",
                        3,
                        "ef",
                        50,
                        "explain",
                        true,
                        "after",
                        "cursor",
                        "diversify",
                        Map.of("by", "label", "most", 2),
                        "filter",
                        Map.of(
                                "label", List.of("cat", "dog"),
                                "tags",
                                        Map.of(
                                                "source", "phone",
                                                "split", Map.of("in", List.of("train", "test")),
                                                "camera", Map.of("exists", true)),
                                "eventTime",
                                        Map.of("from", "2026-11-01T00:00:00Z", "before", "2026-12-01T00:00:00Z"))));
    }

    @Test
    void shouldNameTheOptionThatIsWrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> request("--before", "yesterday"))
                .withMessage("--before is 'yesterday': give a time like 2026-11-01T00:00:00Z");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> request("--tag", "a=b", "--exists", "a"))
                .withMessageContaining("tag a is asked for twice");
    }

    private static Map<String, Object> request(String... arguments) {
        NeighbourOptions options = new NeighbourOptions();
        new CommandLine(options).parseArgs(arguments);
        return options.request();
    }
}
