package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.sightline.http.ApiException;
import io.sightline.indexer.search.SearchBodies;
import io.sightline.ingest.gateway.LabelBodies;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Lines of curl and addresses in README and deploy/docs: services would take them. Nothing is sent. */
class DocumentedRequestsTest {

    private static final Services SERVICES = Services.read();
    private static final Path API = Path.of("deploy", "docs", "api.md");
    private static final String SEARCH = "/v1/search";
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| (ingest|indexer|search|trainer|embedder) \\| (\\d{5}) \\|");

    /** Document and call of each line of curl that says where it goes. */
    static Stream<Arguments> calls() {
        Stream<Documents.Shown> named = Documents.all()
                .flatMap(document -> Documents.spans(document).stream()
                        .filter(span -> span.startsWith("curl ") && !span.endsWith(".."))
                        .flatMap(span -> ShellScript.commands(span).stream())
                        .map(words -> new Documents.Shown(document, words)));
        return Stream.concat(Documents.commands(), named)
                .filter(shown -> shown.words().getFirst().equals("curl"))
                .map(shown -> Arguments.of(shown.document(), CurlCall.of(shown.words())));
    }

    /** Document and address of each that is named, or given to another command. */
    static Stream<Arguments> addresses() {
        Stream<Arguments> named = Documents.all()
                .flatMap(document -> Documents.spans(document).stream()
                        .filter(span -> CurlCall.isOfService(span))
                        .map(span -> Arguments.of(document, span)));
        Stream<Arguments> given = Documents.commands()
                .filter(shown -> !shown.words().getFirst().equals("curl"))
                .flatMap(shown -> shown.words().stream()
                        .filter(word -> CurlCall.isOfService(word))
                        .map(word -> Arguments.of(shown.document(), word)));
        return Stream.concat(named, given);
    }

    /** Document, service and port of rows of tables. */
    static Stream<Arguments> ports() {
        return Documents.all()
                .flatMap(document -> ROW.matcher(Documents.text(document))
                        .results()
                        .map(row -> Arguments.of(document, row.group(1).replace("search", "indexer"), row.group(2))));
    }

    /** Document and JSON of each search. */
    static Stream<Arguments> searches() {
        Stream<Arguments> sent = calls().filter(call -> call.get()[1] instanceof CurlCall one
                        && one.isJson()
                        && one.path().equals(SEARCH))
                .map(call -> Arguments.of(call.get()[0], ((CurlCall) call.get()[1]).body()));
        Stream<Arguments> shown = Documents.blocks(API).stream()
                .filter(block -> block.startsWith("{"))
                .map(block -> Arguments.of(API, block));
        return Stream.concat(sent, shown);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("calls")
    void shouldCallRoutesThatThereAre(Path document, CurlCall call) {
        assertThat(SERVICES.at(call.port()))
                .isNotEmpty()
                .allMatch(service -> SERVICES.answers(service, call.method(), call.path()));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("calls")
    void shouldAskForWhatTheRouteTakes(Path document, CurlCall call) {
        String query = call.query();
        if (!query.isEmpty() && SERVICES.at(call.port()).contains("indexer")) {
            assertThat(query.split("&", -1))
                    .allSatisfy(
                            one -> assertThat(one.split("=", 2)[0]).isIn(SERVICES.query(call.method(), call.path())));
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("calls")
    void shouldSayWhenTheBodyIsJson(Path document, CurlCall call) {
        // Without, the services take a body for an image.
        assertThat(call.type()).isEqualTo(call.isJson() ? "application/json" : "");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("addresses")
    void shouldNameAddressesThatThereAre(Path document, String address) {
        CurlCall call = CurlCall.of(List.of("curl", address));

        assertThat(SERVICES.at(call.port()))
                .isNotEmpty()
                .allMatch(service -> call.path().equals("/") || SERVICES.answers(service, call.method(), call.path()));
    }

    @ParameterizedTest(name = "{0}: {1} {2}")
    @MethodSource("ports")
    void shouldNamePortsThatServicesHave(Path document, String service, String port) {
        assertThat(SERVICES.at(port)).containsExactly(service);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("searches")
    void shouldSearchAsTheApiUnderstands(Path document, String json) {
        assertThatCode(() -> SearchBodies.require(json)).doesNotThrowAnyException();
    }

    @Test
    void shouldLabelAsTheApiUnderstands() throws JsonProcessingException {
        List<String> labels = new ArrayList<>();
        for (Object[] call : calls().map(Arguments::get).toList()) {
            if (call[1] instanceof CurlCall one && one.path().endsWith("/label") && one.body() != null) {
                labels.add(String.valueOf(LabelBodies.label(one.body())));
            }
        }

        assertThat(labels).isNotEmpty().doesNotContain("null");
    }

    @Test
    void shouldFindWhatIsWrong() {
        CurlCall call = CurlCall.of(List.of("curl", "-d", "{}", "http://HOST:19080/v1/search?n=1"));

        assertThat(call.method()).isEqualTo("POST");
        assertThat(SERVICES.at("19080")).containsExactly("ingest");
        assertThat(SERVICES.answers("ingest", call.method(), call.path())).isFalse();
        assertThat(SERVICES.answers("indexer", call.method(), call.path())).isTrue();
        assertThat(SERVICES.query(call.method(), call.path())).contains("k").doesNotContain("n");
        assertThat(SERVICES.at("19081")).isEmpty();
        assertThat(Set.of("ingest", "embedder", "trainer", "indexer"))
                .allMatch(service -> SERVICES.answers(service, "GET", "/v1/health/ready")
                        && SERVICES.answers(service, "DELETE", "/v1/session")
                        && !SERVICES.answers(service, "POST", "/v1/health/ready"));
        assertThatThrownBy(() -> SearchBodies.require("{\"id\": \"a\", \"neighbours\": 5}"))
                .isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> SearchBodies.require("{\"id\": \"a\", \"filter\": {\"tags\": {\"a\": {}}}}"))
                .isInstanceOf(ApiException.class);
    }
}
