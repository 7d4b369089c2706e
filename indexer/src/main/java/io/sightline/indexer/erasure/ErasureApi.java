package io.sightline.indexer.erasure;

import io.javalin.config.RoutesConfig;
import io.sightline.embedder.erasure.ErasureLedger;
import io.sightline.embedder.erasure.ErasureReport;
import io.sightline.http.ApiException;
import io.sightline.http.Scope;
import java.time.Clock;

/** {@code GET /v1/images/{id}/erasure}: each place that an erased image has to go from, and when it was gone. */
public final class ErasureApi {

    private static final String PATH = "/v1/images/<id>/erasure";

    private final ErasureLedger ledger;
    private final Clock clock;

    /** Answers from what the ledger knows at that moment. */
    public ErasureApi(ErasureLedger ledger, Clock clock) {
        this.ledger = ledger;
        this.clock = clock;
    }

    /** Adds the route. Ids may have slashes: it has to come before {@code /v1/images/<id>}. */
    public void route(RoutesConfig routes) {
        routes.get(PATH, context -> context.json(report(context.pathParam("id"))), Scope.SEARCH);
    }

    private ErasureReport report(String id) {
        return ledger.report(id, clock.instant())
                .orElseThrow(
                        () -> new ApiException(
                                404,
                                "no-erasure",
                                "no erasure of an image '" + id
                                        + "' is known: it was not deleted, nobody knew it, or it is more than ninety days ago"));
    }
}
