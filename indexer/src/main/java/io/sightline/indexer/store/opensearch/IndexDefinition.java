package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreKey;
import java.util.List;

/**
 * What the index of a version looks like. The settings come from an index template, for all versions; the fields from
 * the version, so that an index that somebody else removed and a write would make anew takes no document.
 */
final class IndexDefinition {

    /** Of our documents; another one cannot be read. */
    private static final String FORMAT = "1";

    private static final int CONNECTIONS = 16;
    private static final int CONSTRUCTION_CANDIDATES = 100;
    /** So many characters fit into a term however many bytes they take. A longer one is found by no filter. */
    private static final int LONGEST_TERM = 8_191;

    private static final String TYPE = "type";
    private static final String KEYWORD = "keyword";

    private IndexDefinition() {}

    /** Of all indexes of a prefix. */
    static ObjectNode template(OpenSearchSettings settings, IndexNames names) {
        ObjectNode template = OpenSearchConnection.JSON.createObjectNode();
        template.putArray("index_patterns").add(names.pattern());
        ObjectNode body = template.putObject("template");
        ObjectNode index = body.putObject("settings").putObject("index");
        index.put("knn", true);
        index.put("number_of_shards", settings.layout().shards());
        index.setAll(copies(settings));
        // Writes become searchable when the indexer says so.
        index.put("refresh_interval", "-1");
        // Tombstones are documents. A deletion is of one that is to be forgotten, at once.
        index.put("gc_deletes", "0s");
        // Whatever is deleted is written anew when erased images are expunged.
        index.putObject("merge").putObject("policy").put("expunge_deletes_allowed", 0);
        index.putObject("translog").put("durability", "request");
        body.putObject("mappings").put("dynamic", "strict");
        return template;
    }

    /** The setting of how many copies an index has beside the first. */
    static ObjectNode copies(OpenSearchSettings settings) {
        return OpenSearchConnection.JSON
                .createObjectNode()
                .put("number_of_replicas", settings.layout().replicas());
    }

    /** Of one version. */
    static ObjectNode index(StoreKey key) {
        ObjectNode index = OpenSearchConnection.JSON.createObjectNode();
        ObjectNode mappings = index.putObject("mappings");
        mappings.put("dynamic", "strict");
        ObjectNode meta = mappings.putObject("_meta");
        meta.put("format", FORMAT);
        meta.put("version", key.version());
        meta.put("dimensions", Integer.toString(key.dimensions()));
        meta.put("topicId", key.topicId());
        meta.put("labelsTopicId", key.labelsTopicId());
        ObjectNode fields = mappings.putObject("properties");
        // Of unit vectors the inner product is the cosine, and Lucene need not divide by lengths.
        ObjectNode vector = fields.putObject(ImageJson.VECTOR);
        vector.put(TYPE, "knn_vector").put("dimension", key.dimensions());
        ObjectNode method = vector.putObject("method");
        method.put("name", "hnsw").put("engine", "lucene").put("space_type", "innerproduct");
        method.putObject("parameters").put("m", CONNECTIONS).put("ef_construction", CONSTRUCTION_CANDIDATES);
        for (String name : List.of(ImageJson.KEY, ImageJson.KIND)) {
            fields.putObject(name).put(TYPE, KEYWORD);
        }
        for (String name : List.of(ImageJson.LABEL, ImageJson.TAGS, ImageJson.TAG_KEYS)) {
            fields.putObject(name).put(TYPE, KEYWORD).put("doc_values", false).put("ignore_above", LONGEST_TERM);
        }
        for (String name : List.of(ImageJson.TIME, ImageJson.WRITTEN)) {
            fields.putObject(name).put(TYPE, "long");
        }
        for (String name : List.of(ImageJson.PARTITION, ImageJson.EMBEDDING, ImageJson.LABELLED)) {
            fields.putObject(name).put(TYPE, "long").put("index", false).put("doc_values", false);
        }
        for (String name : List.of(ImageJson.DETAILS, IndexState.STATE)) {
            fields.putObject(name).put(TYPE, "object").put("enabled", false);
        }
        return index;
    }

    /**
     * Checks that an index is the one that is wanted.
     *
     * @param mapping the answer to a request for its mapping
     * @throws StoreDamagedException if it is not
     */
    static void requireOurs(String name, JsonNode mapping, StoreKey key) throws StoreDamagedException {
        JsonNode found = mapping.path(name).path("mappings").path("_meta");
        JsonNode wanted = index(key).path("mappings").path("_meta");
        for (String field : (Iterable<String>) wanted::fieldNames) {
            if (!wanted.get(field).equals(found.path(field))) {
                throw new StoreDamagedException(
                        "the index " + name + " is of " + field + " "
                                + found.path(field).asText("none") + ", not "
                                + wanted.get(field).asText(),
                        null);
            }
        }
    }
}
