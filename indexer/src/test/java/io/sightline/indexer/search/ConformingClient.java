package io.sightline.indexer.search;

import static org.assertj.core.api.Assertions.assertThat;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.Request;
import com.atlassian.oai.validator.model.SimpleRequest;
import com.atlassian.oai.validator.model.SimpleResponse;
import com.atlassian.oai.validator.report.LevelResolver;
import com.atlassian.oai.validator.report.ValidationReport;
import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.http.ApiServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client that holds every request and every answer against the server's own openapi.yaml. */
final class ConformingClient implements AutoCloseable {

    private final URI address;
    private final HttpClient client = HttpClient.newHttpClient();
    private final OpenApiInteractionValidator description;

    ConformingClient(String url, String openApi) {
        this.address = URI.create(url);
        this.description = OpenApiInteractionValidator.createForInlineApiSpecification(openApi)
                // Tags are filtered by tag.KEY=VALUE, which a parameter of OpenAPI cannot say.
                .withLevelResolver(LevelResolver.create()
                        .withLevel("validation.request.parameter.query.unexpected", ValidationReport.Level.IGNORE)
                        .build())
                .build();
    }

    /** A request; the path with its query string. */
    record Sent(String method, String path, @Nullable String type, byte[] body, Map<String, String> headers) {

        static Sent get(String path) {
            return new Sent("GET", path, null, new byte[0], Map.of());
        }

        static Sent json(String path, Object body) throws IOException {
            return new Sent("POST", path, "application/json", ApiServer.JSON.writeValueAsBytes(body), Map.of());
        }

        Sent with(String name, String value) {
            return new Sent(method, path, type, body, Map.of(name, value));
        }
    }

    /** Sends a request that is right, and whose answer is as described. */
    HttpResponse<byte[]> send(Sent sent) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = exchange(sent);
        assertConforms(sent, answer, description.validateRequest(request(sent)));
        assertAnswerConforms(sent, answer);
        return answer;
    }

    /** Sends a request that may be against the description; its answer is as described. */
    HttpResponse<byte[]> sendWrong(Sent sent) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = exchange(sent);
        assertThat(answer.statusCode()).as("%s %s", sent.method(), sent.path()).isGreaterThanOrEqualTo(400);
        assertAnswerConforms(sent, answer);
        return answer;
    }

    static JsonNode json(HttpResponse<byte[]> answer) throws IOException {
        return ApiServer.JSON.readTree(answer.body());
    }

    @Override
    public void close() {
        client.close();
    }

    private HttpResponse<byte[]> exchange(Sent sent) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve(sent.path()))
                .method(sent.method(), HttpRequest.BodyPublishers.ofByteArray(sent.body()));
        if (sent.type() != null) {
            request.header("Content-Type", sent.type());
        }
        sent.headers().forEach(request::header);
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private void assertAnswerConforms(Sent sent, HttpResponse<byte[]> answer) {
        SimpleResponse.Builder response =
                SimpleResponse.Builder.status(answer.statusCode()).withBody(answer.body());
        answer.headers().map().forEach(response::withHeader);
        assertConforms(
                sent,
                answer,
                description.validateResponse(
                        URI.create(sent.path()).getRawPath(), Request.Method.valueOf(sent.method()), response.build()));
    }

    private static SimpleRequest request(Sent sent) {
        URI uri = URI.create(sent.path());
        SimpleRequest.Builder request = new SimpleRequest.Builder(sent.method(), uri.getRawPath());
        if (sent.type() != null) {
            request.withContentType(sent.type()).withBody(sent.body());
        }
        sent.headers().forEach(request::withHeader);
        if (uri.getQuery() != null) {
            for (String parameter : uri.getQuery().split("&", -1)) {
                int equals = parameter.indexOf('=');
                request.withQueryParam(parameter.substring(0, equals), parameter.substring(equals + 1));
            }
        }
        return request.build();
    }

    private static void assertConforms(Sent sent, HttpResponse<byte[]> answer, ValidationReport report) {
        assertThat(report.getMessages().stream().filter(message -> message.getLevel() != ValidationReport.Level.IGNORE))
                .as(
                        "%s %s: %s %s",
                        sent.method(),
                        sent.path(),
                        answer.statusCode(),
                        new String(answer.body(), StandardCharsets.ISO_8859_1))
                .isEmpty();
    }
}
