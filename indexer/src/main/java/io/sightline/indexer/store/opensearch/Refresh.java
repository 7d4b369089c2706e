package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Makes all that was acknowledged searchable, on all copies there are, or a search could find on one what it does not on
 * another. Thread-safe.
 *
 * <p>OpenSearch counts as failed only copies that are there and could not. One that is not assigned is just not among the
 * successful, whether it is one of several of a shard or the shard's only one. In the first case it refreshes by itself
 * before it is searched; in the other nothing of the shard can be searched, so nothing is claimed until every shard has a
 * primary. That is asked behind the refresh: a primary that came up between was refreshed as it did.
 */
final class Refresh {

    private final OpenSearchConnection connection;
    private final String index;

    Refresh(OpenSearchConnection connection, String index) {
        this.connection = connection;
        this.index = index;
    }

    /** Returns when it is done, or throws when that takes longer than a write is waited for. */
    void run() {
        Retries.of("refresh " + index, connection.settings().patience().write(), this::attempt);
    }

    private JsonNode attempt() {
        JsonNode shards = connection.send(Call.post("/" + index + "/_refresh")).path("_shards");
        int successful = shards.path("successful").asInt();
        int total = shards.path("total").asInt();
        if (shards.path("failed").asInt() > 0 || successful == 0) {
            throw new UnavailableException(
                    "only " + successful + " of " + total + " copies of the shards of " + index + " did refresh", null);
        }
        if (successful < total) {
            requirePrimaries();
        }
        return shards;
    }

    private void requirePrimaries() {
        JsonNode health = connection.send(Call.get("/_cluster/health/" + index));
        String status = health.path("status").asText();
        if (!status.equals("green") && !status.equals("yellow")) {
            throw new UnavailableException("a shard of " + index + " has no primary (health " + status + ")", null);
        }
    }
}
