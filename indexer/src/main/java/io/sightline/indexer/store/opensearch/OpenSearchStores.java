package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.VectorStores;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** The indexes of all versions on one cluster. Thread-safe. */
public final class OpenSearchStores implements VectorStores {

    private static final String ALREADY_THERE = "resource_already_exists_exception";

    private final OpenSearchConnection connection;
    private final IndexNames names;
    private final Clock clock;

    /**
     * Prepares a client; nothing is asked of the cluster yet.
     *
     * @throws IllegalArgumentException if the certificates cannot be read
     */
    public OpenSearchStores(OpenSearchSettings settings, Clock clock) {
        this.connection = new OpenSearchConnection(settings);
        this.names = new IndexNames(settings.prefix());
        this.clock = clock;
    }

    /** Name of the index of a version, whether it is there or not. */
    public String index(String version) {
        return names.index(version);
    }

    @Override
    public VectorStore open(StoreKey key) throws StoreDamagedException {
        String index = names.index(key.version());
        JsonNode mapping = mapping(index);
        if (mapping.isMissingNode()) {
            create(index, key);
            mapping = mapping(index);
        }
        IndexDefinition.requireOurs(index, mapping, key);
        // Of an index that is there already they may be others, and writes wait for as many copies as are set now.
        connection.write(
                "set the copies of " + index,
                Call.put("/" + index + "/_settings", IndexDefinition.copies(connection.settings())));
        connection.write(
                "wait for " + index,
                Call.get("/_cluster/health/" + index)
                        .with("wait_for_status", "yellow")
                        .with("timeout", "30s"));
        OpenSearchStore store = new OpenSearchStore(key, index, connection, clock);
        try {
            // What was acknowledged and not refreshed is found from now on.
            store.refresh();
            return store;
        } catch (RuntimeException | Error e) {
            store.close();
            throw e;
        }
    }

    private JsonNode mapping(String index) {
        return connection.write(
                "look for " + index, Call.get("/" + index + "/_mapping").orMissing());
    }

    private void create(String index, StoreKey key) {
        ObjectNode template = IndexDefinition.template(connection.settings(), names);
        connection.write("write the index template", Call.put("/_index_template/" + names.template(), template));
        try {
            connection.write("create " + index, Call.put("/" + index, IndexDefinition.index(key)));
        } catch (RequestRefusedException e) {
            if (!e.type().equals(ALREADY_THERE)) {
                throw e;
            }
        }
    }

    @Override
    public void discard(String version) {
        String index = names.index(version);
        connection.write("remove " + index, Call.delete("/" + index).orMissing());
    }

    @Override
    public List<String> present() {
        JsonNode indexes = connection.read(
                "list the indexes", Call.get("/_cat/indices/" + names.pattern()).with("format", "json"));
        List<String> versions = new ArrayList<>();
        indexes.forEach(index -> versions.add(names.version(index.path("index").asText())));
        return versions.stream().sorted().toList();
    }

    @Override
    public void activate(String version) {
        ObjectNode body = OpenSearchConnection.JSON.createObjectNode();
        ArrayNode actions = body.putArray("actions");
        // In one step: whoever searches the alias finds the old index or the new one, never none or both.
        actions.addObject()
                .putObject("remove")
                .put("index", names.pattern())
                .put("alias", names.activeAlias())
                .put("must_exist", false);
        actions.addObject().putObject("add").put("index", names.index(version)).put("alias", names.activeAlias());
        connection.write(
                "let " + names.activeAlias() + " stand for " + version,
                Call.post("/_aliases").with(body));
    }

    @Override
    public String where() {
        return "OpenSearch at " + connection.settings().hosts() + ", indexes " + names.pattern();
    }

    @Override
    public void close() {
        connection.close();
    }
}
