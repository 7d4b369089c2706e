package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.ImageVisitor;
import io.sightline.indexer.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads documents of an index other than by their vectors. Thread-safe. */
final class Documents {

    private static final Logger LOG = LoggerFactory.getLogger(Documents.class);
    private static final int PAGE = 1_000;
    private static final int WHOLE_DOCUMENTS = 200;
    private static final String KEEP = "5m";
    private static final String QUERY = "query";
    static final String SOURCE = "_source";

    private final OpenSearchConnection connection;
    private final String index;

    Documents(OpenSearchConnection connection, String index) {
        this.connection = connection;
        this.index = index;
    }

    /** Searchable images. */
    long count() {
        ObjectNode body = OpenSearchConnection.JSON.createObjectNode();
        body.putObject(QUERY).putObject("term").put(ImageJson.KIND, ImageJson.IMAGE);
        JsonNode answer = connection.read(
                "count images of " + index, Call.post("/" + index + "/_count").with(body));
        requireAllShards(answer);
        return answer.path("count").asLong();
    }

    /** Searchable images, in this order. */
    List<EmbeddedImage> find(List<String> ids) {
        Call call = Call.post("/" + index + "/_mget").with("realtime", false);
        Duration longest = connection.settings().patience().search();
        return sources(read(ids, longest, call, connection::ask)).stream()
                .filter(ImageJson::isImage)
                .map(ImageJson::image)
                .toList();
    }

    /** Documents of images as they were acknowledged last, searchable or not; in no order, without those there are not. */
    List<JsonNode> newest(Collection<String> ids) {
        return sources(newestWhole(ids));
    }

    /** The same with what OpenSearch knows of each: {@code _source}, {@code _seq_no} and so on. */
    List<JsonNode> newestWhole(Collection<String> ids) {
        return realtime(ids, Call.post("/" + index + "/_mget"));
    }

    /** Documents of images as the primaries have them, acknowledged or not; in no order, without those there are not. */
    List<JsonNode> ofPrimaries(Collection<String> ids) {
        return sources(realtime(ids, Call.post("/" + index + "/_mget").with("preference", "_primary")));
    }

    private List<JsonNode> realtime(Collection<String> ids, Call call) {
        Call now = call.with("realtime", true);
        return read(ids, connection.settings().patience().write(), now, connection::send);
    }

    private List<JsonNode> read(Collection<String> ids, Duration longest, Call call, Function<Call, JsonNode> sender) {
        List<JsonNode> documents = new ArrayList<>();
        List<String> all = List.copyOf(ids);
        for (int begin = 0; begin < all.size(); begin += WHOLE_DOCUMENTS) {
            ObjectNode body = OpenSearchConnection.JSON.createObjectNode();
            ArrayNode wanted = body.putArray("ids");
            all.subList(begin, Math.min(all.size(), begin + WHOLE_DOCUMENTS))
                    .forEach(id -> wanted.add(DocumentIds.of(id)));
            Call one = call.with(body);
            documents.addAll(Retries.of("read images of " + index, longest, () -> found(one, sender.apply(one))));
        }
        return documents;
    }

    private List<JsonNode> found(Call call, JsonNode answer) {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode document : answer.path("docs")) {
            if (document.has("error")) {
                throw connection.failureOfPart(call, document.path("error"));
            }
            if (document.path("found").asBoolean()) {
                found.add(document);
            }
        }
        return found;
    }

    private static List<JsonNode> sources(List<JsonNode> documents) {
        return documents.stream().map(document -> document.path(SOURCE)).toList();
    }

    /** Shows all searchable images and all tombstones, as of one point in time. */
    void scan(ImageVisitor visitor) {
        Call open = Call.post("/" + index + "/_search/point_in_time")
                .with("keep_alive", KEEP)
                .with("allow_partial_pit_creation", false);
        String point = connection.read("scan " + index, open).path("pit_id").asText();
        try {
            @Nullable ArrayNode after = null;
            while (true) {
                JsonNode hits = page(point, after).path("hits").path("hits");
                for (JsonNode hit : hits) {
                    show(hit.path(SOURCE), visitor);
                }
                if (hits.size() < PAGE) {
                    return;
                }
                after = (ArrayNode) hits.get(hits.size() - 1).path("sort");
            }
        } finally {
            end(point);
        }
    }

    private void end(String point) {
        ObjectNode body = OpenSearchConnection.JSON.createObjectNode();
        body.putArray("pit_id").add(point);
        try {
            connection.read(
                    "end the scan of " + index,
                    Call.delete("/_search/point_in_time").with(body).orMissing());
        } catch (StoreException e) {
            LOG.info("a scan of {} is left to end by itself: {}", index, e.getMessage());
        }
    }

    private JsonNode page(String point, @Nullable ArrayNode after) {
        ObjectNode body = OpenSearchConnection.JSON.createObjectNode();
        body.put("size", PAGE);
        body.putObject("pit").put("id", point).put("keep_alive", KEEP);
        body.putObject(SOURCE).putArray("excludes").add(ImageJson.VECTOR);
        body.putObject(QUERY)
                .putObject("terms")
                .putArray(ImageJson.KIND)
                .add(ImageJson.IMAGE)
                .add(ImageJson.TOMBSTONE);
        body.putArray("sort").addObject().put(ImageJson.KEY, "asc");
        body.put("track_total_hits", false);
        if (after != null) {
            body.set("search_after", after);
        }
        Call call = Call.post("/_search")
                .with("allow_partial_search_results", false)
                .with(body);
        return connection.read("scan " + index, call);
    }

    private static void show(JsonNode source, ImageVisitor visitor) {
        if (ImageJson.isTombstone(source)) {
            visitor.tombstone(ImageJson.id(source));
        } else {
            visitor.image(ImageJson.details(source));
        }
    }

    private void requireAllShards(JsonNode answer) {
        JsonNode shards = answer.path("_shards");
        if (shards.path("successful").asInt() < shards.path("total").asInt()) {
            throw new ClusterUnavailableException(
                    "only " + shards.path("successful") + " of " + shards.path("total") + " shards of " + index
                            + " answered; see whether OpenSearch is healthy",
                    null);
        }
    }
}
