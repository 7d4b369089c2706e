package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.core5.http.HttpHost;
import org.opensearch.client.opensearch.generic.Body;
import org.opensearch.client.opensearch.generic.OpenSearchGenericClient;
import org.opensearch.client.opensearch.generic.Requests;
import org.opensearch.client.opensearch.generic.Response;
import org.opensearch.client.transport.OpenSearchTransport;
import org.opensearch.client.transport.httpclient5.ApacheHttpClient5Options;
import org.opensearch.client.transport.httpclient5.ApacheHttpClient5TransportBuilder;
import org.opensearch.client.transport.httpclient5.ResponseException;

/**
 * A client of the cluster: sends requests to the nodes in turn and passes over those that are down. Thread-safe.
 *
 * <p>On failure: {@link UnavailableException} for what may succeed later by itself. What somebody has to put right first is
 * not tried again: {@link AccessRefusedException} for 401, 403 and a host that is not trusted, {@link IndexGoneException}
 * for an index that is not there, {@link RequestRefusedException} for all else that would be refused again.
 */
final class OpenSearchConnection implements AutoCloseable {

    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String INDEX_GONE = "index_not_found_exception";
    private static final String NO_RIGHT = "security_exception";
    private static final int NOT_FOUND = 404;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int LEAST_ERROR = 400;
    private static final int LONGEST_REASON = 500;
    private static final int MOST_CONNECTIONS = 64;
    private static final Duration LONG = Duration.ofHours(6);

    private final OpenSearchSettings settings;
    private final OpenSearchTransport transport;
    private final OpenSearchGenericClient client;
    private final OpenSearchGenericClient quickClient;
    private final OpenSearchGenericClient patientClient;

    /**
     * Prepares a client; connects with the first request.
     *
     * @throws IllegalArgumentException if the certificates cannot be read
     */
    OpenSearchConnection(OpenSearchSettings settings) {
        this.settings = settings;
        HttpHost[] hosts = settings.hosts().stream()
                .map(host -> new HttpHost(host.getScheme(), host.getHost(), host.getPort()))
                .toArray(HttpHost[]::new);
        RequestConfig requests = requests(settings.patience().answer());
        this.transport = ApacheHttpClient5TransportBuilder.builder(hosts)
                .setHttpClientConfigCallback(http -> configured(http, settings).setDefaultRequestConfig(requests))
                .build();
        this.client = new OpenSearchGenericClient(transport);
        OpenSearchSettings.Patience patience = settings.patience();
        boolean isLess = patience.search().compareTo(patience.answer()) < 0;
        this.quickClient = waiting(isLess ? patience.search() : patience.answer());
        this.patientClient = waiting(LONG);
    }

    private OpenSearchGenericClient waiting(Duration answer) {
        ApacheHttpClient5Options.Builder options = ApacheHttpClient5Options.DEFAULT.toBuilder();
        return client.withTransportOptions(
                options.setRequestConfig(requests(answer)).build());
    }

    private static RequestConfig requests(Duration answer) {
        return RequestConfig.custom()
                .setConnectionRequestTimeout(answer.toMillis(), TimeUnit.MILLISECONDS)
                .setResponseTimeout(answer.toMillis(), TimeUnit.MILLISECONDS)
                .build();
    }

    private static HttpAsyncClientBuilder configured(HttpAsyncClientBuilder http, OpenSearchSettings settings) {
        PoolingAsyncClientConnectionManagerBuilder connections = PoolingAsyncClientConnectionManagerBuilder.create()
                .setMaxConnPerRoute(MOST_CONNECTIONS)
                .setMaxConnTotal(MOST_CONNECTIONS * settings.hosts().size())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(settings.patience().connect().toMillis(), TimeUnit.MILLISECONDS)
                        .build());
        OpenSearchSettings.Trust trust = settings.trust();
        if (trust != null) {
            connections.setTlsStrategy(ClientTlsStrategyBuilder.create()
                    .setSslContext(TrustedCertificates.context(trust))
                    .buildAsync());
        }
        OpenSearchSettings.Credentials credentials = settings.credentials();
        if (credentials != null) {
            BasicCredentialsProvider provider = new BasicCredentialsProvider();
            provider.setCredentials(
                    new AuthScope(null, -1),
                    new UsernamePasswordCredentials(
                            credentials.user(), credentials.password().toCharArray()));
            http.setDefaultCredentialsProvider(provider);
        }
        return http.setConnectionManager(connections.build());
    }

    OpenSearchSettings settings() {
        return settings;
    }

    /** Sends a request until it is answered, for as long as is waited for a search. */
    JsonNode read(String what, Call call) {
        return Retries.of(what, settings.patience().search(), () -> ask(call));
    }

    /** Sends a request once, and waits no longer than for a search, though a node may be there and say nothing. */
    JsonNode ask(Call call) {
        return send(call, quickClient);
    }

    /** Sends a request until it is answered, for as long as is waited for a write. It must do no harm twice. */
    JsonNode write(String what, Call call) {
        return Retries.of(what, settings.patience().write(), () -> send(call));
    }

    /** Sends a request once. The answer is missing if the call says that it can be. */
    JsonNode send(Call call) {
        return send(call, call.isLong() ? patientClient : client);
    }

    private JsonNode send(Call call, OpenSearchGenericClient sender) {
        Requests.JsonBodyBuilder request =
                Requests.builder().method(call.method()).endpoint(call.path()).query(call.query());
        if (call.body() != null) {
            request.body(Body.from(call.body(), call.contentType()));
        }
        try (Response response = sender.execute(request.build())) {
            JsonNode body = body(response);
            if (response.getStatus() == NOT_FOUND && call.canBeMissing()) {
                return MissingNode.getInstance();
            }
            if (response.getStatus() >= LEAST_ERROR) {
                throw failure(call, response.getStatus(), body);
            }
            return body;
        } catch (IOException e) {
            requireAnswer(call, e);
            requireTrusted(call, e);
            throw new UnavailableException(call + " at " + settings.hosts() + " was not answered: " + e, e);
        }
    }

    /** The transport makes exceptions of some answers, among them of those to a user who is not known or has no right. */
    private void requireAnswer(Call call, IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ResponseException answer) {
                // What was answered stands behind the status line.
                String message = String.valueOf(answer.getMessage());
                String body = message.substring(message.indexOf('\n') + 1);
                throw failure(call, answer.status(), parsed(body.getBytes(StandardCharsets.UTF_8)));
            }
        }
    }

    /** A host that is not trusted now will not be trusted later. */
    private void requireTrusted(Call call, IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof GeneralSecurityException || cause instanceof SSLPeerUnverifiedException) {
                throw new AccessRefusedException(
                        call + " was not sent: a host of " + settings.hosts() + " is not trusted (" + cause.getMessage()
                                + "): give the certificates of whoever signed for it");
            }
        }
    }

    private static JsonNode body(Response response) throws IOException {
        Optional<Body> body = response.getBody();
        if (body.isEmpty()) {
            return MissingNode.getInstance();
        }
        try (InputStream in = body.get().body()) {
            return parsed(in.readAllBytes());
        }
    }

    private static JsonNode parsed(byte[] bytes) {
        try {
            return JSON.readTree(bytes);
        } catch (IOException e) {
            // A proxy in between answers with a page.
            return JSON.getNodeFactory().textNode(new String(bytes, StandardCharsets.UTF_8));
        }
    }

    /** What follows from an error of a part of a request that was answered with 200, such as one document of several. */
    RuntimeException failureOfPart(Call call, JsonNode error) {
        ObjectNode body = JSON.createObjectNode();
        body.set("error", error);
        return switch (error.path("type").asText()) {
            case INDEX_GONE -> failure(call, NOT_FOUND, body);
            case NO_RIGHT -> failure(call, FORBIDDEN, body);
            default -> new UnavailableException(error.path("reason").asText(), null);
        };
    }

    private RuntimeException failure(Call call, int status, JsonNode body) {
        JsonNode error = body.path("error");
        String type = error.path("type").asText();
        String reason = error.isObject() ? type + ": " + error.path("reason").asText() : body.toString();
        reason = reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) : reason;
        String message = call + " at " + settings.hosts() + " was answered with " + status + " (" + reason + ")";
        if (RetryClass.of(status) == RetryClass.TRANSIENT) {
            return new UnavailableException(message, null);
        }
        String whole = message + ": " + advice(status);
        if (status == UNAUTHORIZED || status == FORBIDDEN) {
            return new AccessRefusedException(whole);
        }
        // Other things can be missing too, such as the point in time that a scan is of.
        boolean isIndexGone = status == NOT_FOUND && (type.isEmpty() || type.equals(INDEX_GONE));
        return isIndexGone ? new IndexGoneException(whole) : new RequestRefusedException(whole, status, type);
    }

    private String advice(int status) {
        String user = settings.credentials() == null
                ? "no user is given"
                : "the user is " + settings.credentials().user();
        return switch (status) {
            case UNAUTHORIZED -> user + ": give one that the cluster knows, with the right password";
            case FORBIDDEN ->
                user + ": give it the right to read, write and manage indexes and aliases " + settings.prefix()
                        + "-*, or see whether the index is blocked";
            case NOT_FOUND ->
                "the index was removed, or this is another cluster, or one without the k-NN plugin; see that it is the"
                        + " right one and start the indexer again, which builds the index anew";
            case 413 -> "let a bulk request have fewer bytes";
            default -> "see whether the cluster is OpenSearch 3 with the k-NN plugin";
        };
    }

    @Override
    public void close() {
        try {
            transport.close();
        } catch (Exception e) {
            throw new IllegalStateException(
                    "the client of " + settings.hosts() + " did not close: " + e.getMessage(), e);
        }
    }
}
